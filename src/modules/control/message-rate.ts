import type { Clock } from "../../core/clock.ts";

const SECOND_US = 1_000_000;

/** Counts the messages of one connection by the second. */
export class MessageRate {
  readonly #clock: Clock;
  #second = 0;
  #count = 0;
  /** Not reported yet. */
  #dropped = 0;
  /** Whether this second has too many. */
  #isExcessive = false;
  /** Seconds in a row with too many. */
  #inARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one message; false: it is one too many, or there is no room for it, and it counts as dropped. `limit` 0: no rate is too high. */
  take(limit: number, hasRoom: boolean): boolean {
    const second = Math.floor(this.#clock.monotonicUs() / SECOND_US);
    if (second !== this.#second) {
      if (second > this.#second + 1 || !this.#isExcessive) this.#inARow = 0;
      this.#second = second;
      this.#count = 0;
      this.#isExcessive = false;
    }
    this.#count += 1;
    if (hasRoom && (limit === 0 || this.#count <= limit)) return true;
    if (!this.#isExcessive) this.#inARow += 1;
    this.#isExcessive = true;
    this.#dropped += 1;
    return false;
  }

  /** Microseconds until the running second is over. */
  get leftUs(): number {
    return SECOND_US - (this.#clock.monotonicUs() % SECOND_US);
  }

  /** How many were dropped since the last report, and how many seconds in a row had too many. */
  report(): { readonly dropped: number; readonly inARow: number } {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { dropped, inARow: this.#inARow };
  }
}
