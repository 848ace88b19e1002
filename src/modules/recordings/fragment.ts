import type { FragmentSamples } from "../../media/mp4-fragment-writer.ts";

/** A coded picture that is to be recorded. */
export interface RecordedFrame {
  readonly isKey: boolean;
  /** In its part, from 0 on. */
  readonly timeUs: number;
  /** When it was taken, from the part's first picture on. */
  readonly passedUs: number;
  /** In MP4's form (see `writeAvcSample`). */
  readonly size: number;
  /** Writes that many bytes. */
  readonly copy: (target: Uint8Array, at: number) => void;
}

/** Samples of one fragment in one memory, which is used again for later fragments. */
export class Fragment implements FragmentSamples {
  readonly timesUs: number[] = [];
  readonly sizes: number[] = [];
  isKey = false;
  endUs = 0;
  #lastPassedUs = 0;
  /** Grows with what is added: a queue of many small ones before a disk that hangs takes what they hold, and half as much. */
  #memory = new Uint8Array();
  #bytes = 0;

  /** Bytes. */
  get length(): number {
    return this.#bytes;
  }

  get beginUs(): number {
    return this.timesUs[0] ?? 0;
  }

  /** When its last picture ended, from the taking of the part's first one on. */
  get passedUs(): number {
    return this.#lastPassedUs + this.endUs - (this.timesUs.at(-1) ?? this.endUs);
  }

  /** Its samples one after another; valid until it is cleared. */
  get data(): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(0, this.#bytes);
  }

  add({ isKey, timeUs, passedUs, size, copy }: RecordedFrame): void {
    if (this.sizes.length === 0) this.isKey = isKey;
    this.#makeRoom(this.#bytes + size);
    copy(this.#memory, this.#bytes);
    this.#bytes += size;
    this.timesUs.push(timeUs);
    this.sizes.push(size);
    this.#lastPassedUs = passedUs;
  }

  clear(): void {
    this.timesUs.length = 0;
    this.sizes.length = 0;
    this.#bytes = 0;
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#memory.length) return;
    const larger = new Uint8Array(Math.max(bytes, 1.5 * this.#memory.length));
    larger.set(this.data);
    this.#memory = larger;
  }
}
