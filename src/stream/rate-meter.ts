/** Long enough to hold a whole GOP, short enough to follow a change. */
const WINDOW_US = 2_000_000;

/** Measures frames and bits a second over windows of two seconds. Allocates nothing. */
export class RateMeter {
  #windowStartUs = 0;
  #frames = 0;
  #bytes = 0;
  #lastUs = 0;
  fps = 0;
  bitrateKbps = 0;

  /** Counts one frame of `bytes` at `nowUs` (monotonic). */
  count(bytes: number, nowUs: number): void {
    const elapsedUs = nowUs - this.#windowStartUs;
    if (elapsedUs >= WINDOW_US) {
      this.fps = (this.#frames * 1e6) / elapsedUs;
      this.bitrateKbps = (this.#bytes * 8000) / elapsedUs;
      this.#windowStartUs = nowUs;
      this.#frames = 0;
      this.#bytes = 0;
    }
    this.#frames += 1;
    this.#bytes += bytes;
    this.#lastUs = nowUs;
  }

  /** True when nothing was counted for a whole window before `nowUs`: the last figures no longer hold. */
  isStale(nowUs: number): boolean {
    return nowUs - this.#lastUs > WINDOW_US;
  }
}
