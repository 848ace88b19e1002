/** Reads bits most significant first, as H.264 writes them. Reading past the end gives zeros and sets `exhausted`. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True once more was read than there is: nothing read so far can be trusted. */
  get exhausted(): boolean {
    return this.#position > this.#bytes.length * 8;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** An unsigned number of `count` bits, 0…32. */
  bits(count: number): number {
    let value = 0;
    for (let read = 0; read < count; read += 1) {
      const byte = this.#bytes[this.#position >> 3] ?? 0;
      value = value * 2 + ((byte >> (7 - (this.#position & 7))) & 1);
      this.#position += 1;
    }
    return value;
  }

  /** ue(v), H.264 §9.1: 0…2³²−2; a longer code sets `exhausted`. */
  unsignedExpGolomb(): number {
    let zeros = 0;
    while (!this.exhausted && !this.flag()) {
      zeros += 1;
      if (zeros > 31) {
        this.#position = this.#bytes.length * 8 + 1;
        return 0;
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v), H.264 §9.1.1. */
  signedExpGolomb(): number {
    const code = this.unsignedExpGolomb();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}
