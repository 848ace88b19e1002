import type { Json } from "../../core/json.ts";
import type { PairDescription } from "../../ice/candidate-pair.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";
import type { ServerReading } from "./server-gathering.ts";
import type { WebRtcSession } from "./session.ts";

/** A session for `GET /api/webrtc/sessions/:id`: what was tried, what failed and why, what is sent. */
export function explain(
  session: WebRtcSession,
  servers: readonly ServerReading[],
  nowMs: number,
): { readonly [member: string]: Json | undefined } {
  const { agent, terms, media, owner } = session;
  const reading = session.endReason === undefined ? media?.read() : undefined;
  return {
    id: session.id,
    state: session.state,
    reason: session.endReason,
    user: owner.identity.user,
    address: owner.address,
    age_s: Math.round((nowMs - session.createdMs) / 1000),
    stream: session.stream.name,
    ice: {
      restarts: session.generation,
      role: agent.isControlling ? "controlling" : "controlled",
      silence_ms: rounded(agent.silenceMs(nowMs)),
      pairs: agent.describe(nowMs).map(describePair),
      servers: servers.map(describeServer),
      remote_candidates: Array.from(agent.remoteCandidates(), ([candidate, outcome]) => ({ candidate, outcome })),
    },
    clock: reading && { rtp_timestamp: media?.rtpTimestampNow() },
    codec: terms && {
      name: "H.264",
      payload_type: terms.format.payloadType,
      profile_level_id: terms.format.profileLevelId,
      rtx_payload_type: terms.format.rtxPayloadType,
    },
    srtp: reading && (reading.profile === 7 ? "AEAD_AES_128_GCM" : "AES_CM_128_HMAC_SHA1_80"),
    sent: reading && {
      packets: reading.packets,
      bytes: reading.bytes,
      retransmitted: reading.retransmitted,
      lost_here: reading.lostLocally,
    },
    received: reading && {
      fraction_lost: reading.fractionLost,
      rtt_ms: rounded(reading.rttMs),
      jitter_ms: rounded(reading.jitterMs),
      loss: Math.round(reading.lossRatio * 1000) / 1000,
      queue_ms: rounded(reading.queueDelayMs),
      kbps: Math.round(reading.receivedKbps),
    },
  };
}

function describeServer({ url, serverReflexive, relay, failure }: ServerReading): Json {
  return { url, server_reflexive: serverReflexive.map(place), relay: relay && place(relay), failure };
}

function place({ address, port }: TransportAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function describePair(pair: PairDescription): Json {
  const { local, remote } = pair;
  return {
    local: { address: place(local), type: local.type, transport: local.transport },
    remote: { address: place(remote), type: remote.type },
    state: pair.state,
    nominated: pair.nominated,
    selected: pair.selected,
    checks_received: pair.checksReceived,
    checks_sent: pair.checksSent,
    rtt_ms: rounded(pair.rttMs),
    failure: pair.failure,
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10;
}
