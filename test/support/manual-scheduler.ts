import type { Scheduler } from "../../src/core/scheduler.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

interface Planned {
  dueMs: number;
  readonly periodMs: number | undefined;
  readonly task: () => void;
}

/** A clock with the timers that hang on it: both move only when a test moves them. */
export interface ManualTime {
  readonly clock: ManualClock;
  readonly scheduler: Scheduler;
  /** Moves time on in steps of a millisecond, running what becomes due. */
  advanceMs(elapsedMs: number): void;
}

export function createManualTime(): ManualTime {
  const clock = createManualClock();
  const planned = new Set<Planned>();
  const nowMs = () => clock.monotonicUs() / 1000;
  const plan = (delayMs: number, periodMs: number | undefined, task: () => void) => {
    const entry: Planned = { dueMs: nowMs() + delayMs, periodMs, task };
    planned.add(entry);
    return () => void planned.delete(entry);
  };
  return {
    clock,
    scheduler: {
      after: (delayMs, task) => plan(delayMs, undefined, task),
      every: (periodMs, task) => plan(periodMs, periodMs, task),
    },
    advanceMs(elapsedMs) {
      for (let step = 0; step < elapsedMs; step++) {
        clock.advanceMs(1);
        for (const entry of [...planned]) {
          if (entry.dueMs > nowMs()) continue;
          if (entry.periodMs === undefined) planned.delete(entry);
          else entry.dueMs += entry.periodMs;
          entry.task();
        }
      }
    },
  };
}
