import type { Json } from "../../core/json.ts";
import type { PairDescription } from "../../ice/ice-agent.ts";
import type { WebRtcSession } from "./session.ts";

/** A session for `GET /api/webrtc/sessions/:id`: what was tried, what failed and why, what is sent. */
export function explain(session: WebRtcSession, nowMs: number): { readonly [member: string]: Json | undefined } {
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

function describePair(pair: PairDescription): Json {
  const { local, remote } = pair;
  const place = ({ address, port }: { readonly address: string; readonly port: number }) =>
    address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
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
