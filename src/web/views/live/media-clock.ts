/** RTP's clock for video (RFC 6184 §8.2.1). */
const TICKS_PER_MS = 90;
/** A sample is believed for so long, whatever its round trip: clocks drift apart by less than a millisecond meanwhile. */
const SAMPLE_LIFETIME_MS = 60_000;

/** How long ago something happened in the camera: `ms` ± `uncertaintyMs`. */
export interface Age {
  readonly ms: number;
  readonly uncertaintyMs: number;
}

/** The camera's media clock as far as a page can know it: asked for over HTTP, right to half of the round trip. */
export interface MediaClock {
  /** Asks once more; the quickest answer counts. */
  sample(): Promise<void>;
  /** Of a picture with this RTP timestamp at `atMs` (as `performance.now()`); undefined before the first answer. */
  ageAt(rtpTimestamp: number, atMs: number): Age | undefined;
}

/** `ask`: the RTP timestamp that a picture captured now would have; undefined where the camera does not tell. */
export function createMediaClock(ask: () => Promise<number | undefined>): MediaClock {
  let best: { readonly rtpTimestamp: number; readonly atMs: number; readonly uncertaintyMs: number } | undefined;
  return {
    async sample() {
      const beforeMs = performance.now();
      const rtpTimestamp = await ask();
      const uncertaintyMs = (performance.now() - beforeMs) / 2;
      if (rtpTimestamp === undefined) return;
      const isStale = best === undefined || beforeMs - best.atMs > SAMPLE_LIFETIME_MS;
      if (isStale || uncertaintyMs <= (best?.uncertaintyMs ?? 0))
        best = { rtpTimestamp, atMs: beforeMs + uncertaintyMs, uncertaintyMs };
    },
    ageAt(rtpTimestamp, atMs) {
      if (best === undefined) return undefined;
      // timestamps are modulo 2^32
      const sinceMs = ((best.rtpTimestamp - rtpTimestamp) | 0) / TICKS_PER_MS;
      return { ms: sinceMs + atMs - best.atMs, uncertaintyMs: best.uncertaintyMs };
    },
  };
}
