/** Time as an input. Tests hand in a clock that they move themselves. */
export interface Clock {
  /** Wall clock, Unix milliseconds with fraction; may jump. */
  wallMs(): number;
  /** CLOCK_MONOTONIC, microseconds: the clock of capture times; never jumps. */
  monotonicUs(): number;
}
