/** So many distances are looked at: a camera's GOPs need not have one length. */
const KEPT = 8;

/** How far apart a stream's keyframes are. */
export class KeyframeSpacing {
  readonly #distancesUs = new Float64Array(KEPT);
  #count = 0;
  #lastUs: number | undefined;

  /** A keyframe that was taken then. */
  note(captureTimeUs: number): void {
    if (this.#lastUs !== undefined) {
      this.#distancesUs[this.#count % KEPT] = captureTimeUs - this.#lastUs;
      this.#count += 1;
    }
    this.#lastUs = captureTimeUs;
  }

  /** The longest of the last distances, the one that is not over yet included; undefined before the first keyframe. */
  longestUs(nowUs: number): number | undefined {
    return this.#lastUs === undefined ? undefined : Math.max(nowUs - this.#lastUs, ...this.#distancesUs);
  }

  /** The keyframes that follow are another source's. */
  reset(): void {
    this.#distancesUs.fill(0);
    this.#count = 0;
    this.#lastUs = undefined;
  }
}
