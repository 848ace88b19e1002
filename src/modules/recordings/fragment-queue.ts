import { Fragment, type RecordedFrame } from "./fragment.ts";

/** A camera that sends no keyframe when it is asked: its fragments end without one, half a second after the wish. */
const MAX_FRAGMENT_US = 1_500_000;
/** A quarter of the queue: what is waiting can be written while more comes. */
const MAX_FRAGMENT_BYTES = 4 << 20;
/** One is filled while the other one is written. */
const MAX_SPARE = 2;

/** What the disk is to do next: begin a part, or write a fragment, which is given back with `release`. */
export type DiskTask<P> = { readonly part: P } | { readonly fragment: Fragment };

/** Fragments between the live path and the disk, in memory that is used again; whoever puts never waits. `P` is what is known of a part. */
export class FragmentQueue<P> {
  readonly #maxBytes: number;
  readonly #tasks: DiskTask<P>[] = [];
  readonly #spare: Fragment[] = [];
  #open: Fragment | undefined;
  /** Of all fragments that are not on disk. */
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

  /** Whether a keyframe would find room, and what follows it. */
  get isRoom(): boolean {
    return this.#bytes <= this.#maxBytes / 2;
  }

  /** Copies a frame. `previousEndUs`: when the frame before it ends; `part`: that it begins. False: there was no room, and there will be none before a keyframe. */
  put(frame: RecordedFrame, previousEndUs: number, part: P | undefined): boolean {
    if (this.#isClosed) return false;
    const fits = this.#bytes + frame.size <= this.#maxBytes;
    if (!fits || (this.#isLosing && !frame.isKey)) {
      this.#isLosing = true;
      this.#lost += 1;
      return false;
    }
    this.#isLosing = false;
    if (part !== undefined || frame.isKey || this.#isFull(frame)) this.seal(previousEndUs);
    if (part !== undefined) this.#hand({ part });
    this.#open ??= this.#spare.pop() ?? new Fragment();
    this.#open.add(frame);
    this.#bytes += frame.size;
    return true;
  }

  /** Ends the open fragment, whose last frame ends then: it is written, and the next frame begins another one. */
  seal(endUs: number): void {
    const fragment = this.#open;
    if (fragment === undefined) return;
    this.#open = undefined;
    fragment.endUs = endUs;
    this.#hand({ fragment });
  }

  /** Nothing is taken from now on; what is there can still be had. */
  close(lastEndUs: number): void {
    if (this.#isClosed) return;
    this.seal(lastEndUs);
    this.#isClosed = true;
    this.#wake?.();
  }

  /** The next task; undefined when the queue is closed and empty. */
  async next(): Promise<DiskTask<P> | undefined> {
    while (this.#tasks.length === 0) {
      if (this.#isClosed) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    return this.#tasks.shift();
  }

  /** The fragment is on disk. */
  release(fragment: Fragment): void {
    this.#bytes -= fragment.length;
    fragment.clear();
    if (this.#spare.length < MAX_SPARE) this.#spare.push(fragment);
  }

  #isFull({ timeUs, size }: RecordedFrame): boolean {
    const open = this.#open;
    return open !== undefined && (timeUs - open.beginUs >= MAX_FRAGMENT_US || open.length + size > MAX_FRAGMENT_BYTES);
  }

  #hand(task: DiskTask<P>): void {
    this.#tasks.push(task);
    this.#wake?.();
  }
}
