import type { Clock } from "../../src/core/clock.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  advanceMs(elapsedMs: number): void;
  /** Moves the wall clock alone, either way. */
  stepWallMs(stepMs: number): void;
}

export function createManualClock(startWallMs = 1_704_067_200_000): ManualClock {
  let elapsedMs = 0;
  let steppedMs = 0;
  return {
    wallMs: () => startWallMs + elapsedMs + steppedMs,
    monotonicUs: () => elapsedMs * 1000,
    advanceMs(more) {
      elapsedMs += more;
    },
    stepWallMs(step) {
      steppedMs += step;
    },
  };
}
