/** One header as sent or received. */
export type RtspHeader = readonly [name: string, value: string];

/** Headers of one message in their order; names compare without case (RFC 2326 §4.2). */
export class RtspHeaders {
  readonly #entries: readonly RtspHeader[];

  constructor(entries: readonly RtspHeader[]) {
    this.#entries = entries;
  }

  /** The first value of `name`, trimmed; undefined when absent. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.#entries.find(([key]) => key.toLowerCase() === wanted)?.[1];
  }

  /** Every value of `name` in order, one for each header line. */
  getAll(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.#entries.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
  }

  /** Names as the peer spelt them. */
  entries(): readonly RtspHeader[] {
    return this.#entries;
  }
}
