/** Ten seconds at 30 fps. */
const SAMPLES = 300;

/** Remembers how long the newest frames took, microseconds. Counting allocates nothing. */
export class LatencyMeter {
  readonly #samples = new Float64Array(SAMPLES);
  #count = 0;

  count(elapsedUs: number): void {
    this.#samples[this.#count % SAMPLES] = elapsedUs;
    this.#count += 1;
  }

  /** The value that `share` (0–1) of the newest frames do not exceed; undefined before the first. */
  quantileUs(share: number): number | undefined {
    const sorted = this.#samples.slice(0, Math.min(this.#count, SAMPLES)).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  }
}
