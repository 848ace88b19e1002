/** Bytes, or a number that `u16` … `u64` made bytes of. */
export type Part = Uint8Array | readonly number[];

const HEADER_BYTES = 8;

/** One after another. */
export function joined(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A box of ISO 14496-12 §4.2. */
export function box(type: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return joined(
    boxHead(
      type,
      parts.reduce((sum, { length }) => sum + length, HEADER_BYTES),
    ),
    ...parts,
  );
}

/** A box with version and flags (§4.2). */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...parts: readonly Part[]
): Uint8Array<ArrayBuffer> {
  return box(type, [version], u32(flags).slice(1), ...parts);
}

/** Length and type in front of a box of so many bytes, these included. */
export function boxHead(type: string, size: number): readonly number[] {
  return [...u32(size), ...text(type)];
}

/** Letters as they are, one byte each. */
export function text(letters: string): readonly number[] {
  return Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** A number in two bytes. */
export function u16(value: number): readonly number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

/** A number in four bytes. */
export function u32(value: number): readonly number[] {
  return [...u16(value >>> 16), ...u16(value)];
}

/** A number in eight bytes. */
export function u64(value: number): readonly number[] {
  return [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
}

/** `count` bytes of nothing. */
export function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

/** Numbers of 32 bits, one after another. */
export function words(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) view.setUint32(4 * index, values[index] ?? 0);
  return bytes;
}
