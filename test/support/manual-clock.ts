import type { Clock } from "../../src/core/clock.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  advanceMs(elapsedMs: number): void;
}

export function createManualClock(startWallMs = 1_704_067_200_000): ManualClock {
  let elapsedMs = 0;
  return {
    wallMs: () => startWallMs + elapsedMs,
    monotonicUs: () => elapsedMs * 1000,
    advanceMs(more) {
      elapsedMs += more;
    },
  };
}
