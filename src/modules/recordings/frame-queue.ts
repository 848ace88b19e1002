/** Frames between the live path and the disk; whoever puts never waits. */
export class FrameQueue<T extends { readonly sample: Uint8Array; readonly isKey: boolean }> {
  readonly #maxBytes: number;
  readonly #items: T[] = [];
  #bytes = 0;
  #lost = 0;
  #isLosing = false;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Frames that found no room. */
  get lost(): number {
    return this.#lost;
  }

  /** True after a loss, until a keyframe finds room. */
  get isLosing(): boolean {
    return this.#isLosing;
  }

  /** False: there was no room, and there will be none before a keyframe. */
  put(item: T): boolean {
    if (this.#isClosed) return false;
    const fits = this.#bytes + item.sample.length <= this.#maxBytes;
    if (!fits || (this.#isLosing && !item.isKey)) {
      this.#isLosing = true;
      this.#lost += 1;
      return false;
    }
    this.#isLosing = false;
    this.#items.push(item);
    this.#bytes += item.sample.length;
    this.#wake?.();
    return true;
  }

  /** Nothing is taken from now on; what is there can still be had. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** The next frame; undefined when the queue is closed and empty. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0) {
      if (this.#isClosed) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    const item = this.#items.shift();
    this.#bytes -= item?.sample.length ?? 0;
    return item;
  }
}
