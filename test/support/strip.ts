/** What the machine-readable strip at the bottom of the test pattern says (format: native/README.md). */
export interface Strip {
  /** Frames that the test source has produced, 32 bits. */
  readonly counter: number;
  /** Unix time of the capture, milliseconds. */
  readonly unixMs: number;
}

const COLUMNS = 50;
const ROWS = 2;
const BITS_PER_ROW = COLUMNS - 2;
const PAYLOAD_BYTES = 12;
/** Below this the calibration cells are not the strip's: nothing else in a picture is trusted. */
const MIN_CONTRAST = 60;

/** CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xFFFF, not reflected. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/**
 * Reads the strip from a picture's luma (`gray`: at least width × height bytes, rows without padding; I420 will do).
 * Undefined when there is none or its checksum is wrong.
 */
export function readStrip(gray: Uint8Array, width: number, height: number): Strip | undefined {
  const payload = new Uint8Array(PAYLOAD_BYTES);
  for (let row = 0; row < ROWS; row++) {
    const white = cellMean(gray, width, height, row, 0);
    const black = cellMean(gray, width, height, row, COLUMNS - 1);
    if (white - black < MIN_CONTRAST) return undefined;
    for (let bit = 0; bit < BITS_PER_ROW; bit++) {
      const index = row * BITS_PER_ROW + bit;
      if (cellMean(gray, width, height, row, bit + 1) < (white + black) / 2) continue;
      payload[index >> 3] = (payload[index >> 3] ?? 0) | (0x80 >> (index & 7));
    }
  }
  const view = new DataView(payload.buffer);
  if (view.getUint16(10) !== crc16(payload.subarray(0, 10))) return undefined;
  return { counter: view.getUint32(0), unixMs: view.getUint16(4) * 2 ** 32 + view.getUint32(6) };
}

/** Mean luma of the middle half of a cell; its edges are blurred by scaling and coding. */
function cellMean(gray: Uint8Array, width: number, height: number, row: number, column: number): number {
  const cellWidth = width / COLUMNS;
  const cellHeight = height / 24;
  const top = height - ROWS * cellHeight + row * cellHeight;
  const fromX = Math.floor((column + 0.25) * cellWidth);
  const toX = Math.max(fromX + 1, Math.floor((column + 0.75) * cellWidth));
  const fromY = Math.floor(top + cellHeight / 4);
  const toY = Math.max(fromY + 1, Math.floor(top + (cellHeight * 3) / 4));
  let sum = 0;
  for (let y = fromY; y < toY; y++) for (let x = fromX; x < toX; x++) sum += gray[y * width + x] ?? 0;
  return sum / ((toX - fromX) * (toY - fromY));
}
