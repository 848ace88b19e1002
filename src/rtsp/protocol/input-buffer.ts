/** Room for a usual request without growing. */
const INITIAL_BYTES = 4096;
/** A larger buffer that is mostly unused is given back: one big read must not stay on the books of an idle connection. */
const RETAINED_BYTES = 64 * 1024;

/** Received bytes not yet taken. Every byte is moved a bounded number of times on average, however small the chunks. */
export class InputBuffer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies `chunk` in; views given out before become invalid. */
  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The byte at `offset`, −1 past the end. */
  at(offset: number): number {
    return offset < this.length ? (this.#bytes[this.#start + offset] ?? -1) : -1;
  }

  /** Offset of the first `byte` at or after `from`, −1 when there is none. */
  indexOf(byte: number, from: number): number {
    return this.#bytes.subarray(this.#start, this.#end).indexOf(byte, from);
  }

  /** The bytes `from`…`to`, without copying; valid until the next append. */
  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.#start + from, this.#start + Math.min(to, this.length));
  }

  /** Forgets the first `count` bytes; views given out stay as they are. */
  consume(count: number): void {
    this.#start += Math.min(count, this.length);
    // A quarter leaves room to grow into, so that giving back and growing again cost O(1) a byte.
    if (this.#bytes.length > RETAINED_BYTES && this.length < this.#bytes.length / 4) this.#moveTo(2 * this.length);
  }

  /** Forgets everything and its memory. */
  clear(): void {
    this.#bytes = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
  }

  #makeRoom(added: number): void {
    const held = this.length;
    // Moving only into a buffer that is at least half free afterwards is what bounds the copies per byte.
    if (held + added <= this.#bytes.length / 2) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = held;
    } else {
      this.#moveTo(2 * (held + added));
    }
  }

  #moveTo(capacity: number): void {
    const held = this.length;
    const bytes = new Uint8Array(Math.max(INITIAL_BYTES, capacity));
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = held;
  }
}
