/** Of a box with a length of 64 bits. */
export const LARGE_HEADER_BYTES = 16;
const HEADER_BYTES = 8;

interface Box {
  readonly type: string;
  /** Of what follows the header, in the bytes looked at. */
  readonly start: number;
  readonly end: number;
}

/** Type and sizes of the box that these bytes begin with; undefined where that is none. */
export function boxHeader(bytes: Uint8Array): { type: string; size: number; headerBytes: number } | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = viewOf(bytes);
  const type = String.fromCharCode(...bytes.subarray(4, HEADER_BYTES));
  const size = view.getUint32(0);
  if (size !== 1) return size < HEADER_BYTES ? undefined : { type, size, headerBytes: HEADER_BYTES };
  if (bytes.length < LARGE_HEADER_BYTES) return undefined;
  const large = Number(view.getBigUint64(HEADER_BYTES));
  return large < LARGE_HEADER_BYTES || !Number.isSafeInteger(large)
    ? undefined
    : { type, size: large, headerBytes: LARGE_HEADER_BYTES };
}

/** The content of the first box on a path; undefined where it is not there or not whole. */
export function find(bytes: Uint8Array, path: readonly string[]): Uint8Array | undefined {
  const [wanted, ...rest] = path;
  if (wanted === undefined) return bytes;
  for (const box of children(bytes)) {
    if (box.type === wanted) return find(bytes.subarray(box.start, box.end), rest);
  }
  return undefined;
}

function* children(bytes: Uint8Array): Generator<Box> {
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const header = boxHeader(bytes.subarray(at, at + LARGE_HEADER_BYTES));
    if (header === undefined || at + header.size > bytes.length) return;
    yield { type: header.type, start: at + header.headerBytes, end: at + header.size };
    at += header.size;
  }
}

/** A big-endian 32-bit number; 0 past the end. */
export function numberAt(bytes: Uint8Array, offset: number): number {
  return offset >= 0 && offset + 4 <= bytes.length ? viewOf(bytes).getUint32(offset) : 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
