/** How a connection's video arrived since the last look. */
export interface Reception {
  readonly kbps: number;
  /** 0–1, of the packets that did not come even when sent again. */
  readonly lossRatio: number;
  /** Mean time that pictures waited in the browser before they were decoded; undefined: none came. */
  readonly bufferedMs: number | undefined;
  readonly roundTripMs: number | undefined;
  /** What carries it; undefined: nothing yet, or the browser does not tell. */
  readonly transport: "udp" | "tcp" | undefined;
}

/** Members of `getStats()` that count here (W3C webrtc-stats). */
interface Counters {
  readonly atMs: number;
  readonly bytes: number;
  readonly packets: number;
  readonly lost: number;
  readonly bufferedS: number;
  readonly emitted: number;
}

const NOTHING: Counters = { atMs: 0, bytes: 0, packets: 0, lost: 0, bufferedS: 0, emitted: 0 };

/** Looks at a connection now and then. */
export function watchReception(connection: RTCPeerConnection): () => Promise<Reception> {
  let before: Counters = { ...NOTHING, atMs: performance.now() };
  return async () => {
    let now: Counters = { ...NOTHING, atMs: performance.now() };
    let roundTripMs: number | undefined;
    let transport: Reception["transport"];
    const reports = await connection.getStats();
    for (const report of reports.values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") now = countersOf(report, now.atMs);
      else if (report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime !== undefined) {
        roundTripMs = report.currentRoundTripTime * 1000;
        transport = reports.get(report.localCandidateId)?.protocol;
      }
    }
    const [packets, lost] = [now.packets - before.packets, Math.max(0, now.lost - before.lost)];
    const emitted = now.emitted - before.emitted;
    const reception = {
      kbps: ((now.bytes - before.bytes) * 8) / Math.max(1, now.atMs - before.atMs),
      lossRatio: lost === 0 ? 0 : lost / (packets + lost),
      bufferedMs: emitted > 0 ? ((now.bufferedS - before.bufferedS) * 1000) / emitted : undefined,
      roundTripMs,
      transport,
    };
    before = now;
    return reception;
  };
}

function countersOf(report: Readonly<Record<string, number | undefined>>, atMs: number): Counters {
  return {
    atMs,
    bytes: report.bytesReceived ?? 0,
    packets: report.packetsReceived ?? 0,
    lost: report.packetsLost ?? 0,
    bufferedS: report.jitterBufferDelay ?? 0,
    emitted: report.jitterBufferEmittedCount ?? 0,
  };
}
