const PADDING = -1;
const BLANK = -2;
const FOREIGN = -3;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const QUANTUM = 4;

/** What each byte stands for: 0…63, or one of the marks above. */
const VALUES = Int8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (char === "=") return PADDING;
  if (" \t\r\n".includes(char)) return BLANK;
  const value = ALPHABET.indexOf(char);
  return value === -1 ? FOREIGN : value;
});

/**
 * Decodes base64 (RFC 4648 §4) that comes in pieces cut anywhere. Padding may end any quantum, because clients of a tunnel
 * encode each message by itself; white space is skipped. The same characters give the same bytes however they are cut.
 */
export class Base64Stream {
  #bits = 0;
  /** Characters of the quantum so far, padding included. */
  #count = 0;
  #padding = 0;
  #isBroken = false;

  /** Whether something came that is not base64; nothing is decoded from there on. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The bytes of every quantum that `chunk` completes. */
  decode(chunk: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(Math.ceil((this.#count + chunk.length) / QUANTUM) * 3);
    let length = 0;
    for (const char of chunk) {
      if (this.#isBroken || !this.#add(VALUES[char] ?? FOREIGN)) continue;
      bytes[length] = this.#bits >> 16;
      bytes[length + 1] = this.#bits >> 8;
      bytes[length + 2] = this.#bits;
      length += 3 - this.#padding;
      this.#bits = 0;
      this.#count = 0;
      this.#padding = 0;
    }
    return bytes.subarray(0, length);
  }

  /** Adds one character; true when it completes the quantum. */
  #add(value: number): boolean {
    if (value === BLANK) return false;
    const fits = value === PADDING ? this.#count >= 2 : value !== FOREIGN && this.#padding === 0;
    if (!fits) {
      this.#isBroken = true;
      return false;
    }
    if (value === PADDING) this.#padding += 1;
    this.#bits = (this.#bits << 6) | Math.max(value, 0);
    this.#count += 1;
    return this.#count === QUANTUM;
  }
}
