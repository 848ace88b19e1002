import type { Clock } from "../../core/clock.ts";

const SECOND_US = 1_000_000;

/** Counts the messages of one connection by the second. */
export class MessageRate {
  readonly #clock: Clock;
  #second = 0;
  #count = 0;
  #dropped = 0;
  /** Seconds in a row with too many. */
  #excessive = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one message; false: it is one too many. `limit` 0: none is. */
  take(limit: number): boolean {
    const second = Math.floor(this.#clock.monotonicUs() / SECOND_US);
    if (second !== this.#second) {
      if (second > this.#second + 1 || this.#dropped === 0) this.#excessive = 0;
      this.#second = second;
      this.#count = 0;
      this.#dropped = 0;
    }
    this.#count += 1;
    if (limit === 0 || this.#count <= limit) return true;
    this.#dropped += 1;
    return false;
  }

  /** Microseconds until the running second is over. */
  get leftUs(): number {
    return SECOND_US - (this.#clock.monotonicUs() % SECOND_US);
  }

  /** Ends an excessive second: how many were dropped in it, and how many such seconds there were in a row. */
  closeSecond(): { readonly dropped: number; readonly inARow: number } {
    this.#excessive += 1;
    return { dropped: this.#dropped, inARow: this.#excessive };
  }
}
