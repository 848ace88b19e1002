import { AppError } from "../core/errors.ts";
import { type BaselineJpeg, QUANTIZATION_TABLE_BYTES } from "../media/baseline-jpeg.ts";
import type { PacketBlock } from "./packet-block.ts";
import { type PacketizerOptions, PacketWriter } from "./packet-writer.ts";

/** RTP payload type of JPEG; static (RFC 3551 §6). */
export const JPEG_PAYLOAD_TYPE = 26;

/** The header counts sides in blocks of 8 pixels, in a byte: RFC 2435 §3.1.5. */
export const MAX_RTP_JPEG_SIDE = 2040;

const MAIN_HEADER_BYTES = 8;
const RESTART_HEADER_BYTES = 4;
const TABLE_HEADER_BYTES = 4;
/** The tables stand in the frame itself and may be others in the next: RFC 2435 §3.1.8. */
const TABLES_IN_BAND = 255;
const TYPE = { "4:2:2": 0, "4:2:0": 1 } as const;
/** Types with restart markers are 64 higher: RFC 2435 §3.1.3. */
const WITH_RESTART = 64;
/** Fragments are cut anywhere, so a frame counts as one chunk, whole: RFC 2435 §3.1.7. */
const WHOLE_FRAME = 0xffff;

/** Splits JPEGs into RTP packets (RFC 2435), their quantization tables in the first of each frame. Copies bytes, allocates nothing. */
export class JpegPacketizer {
  readonly #writer: PacketWriter;
  readonly #payloadBytes: number;

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(JPEG_PAYLOAD_TYPE, options);
    this.#payloadBytes = options.payloadBytes;
  }

  /** Sequence number that the next packet will carry. */
  get nextSequence(): number {
    return this.#writer.nextSequence;
  }

  /**
   * Appends the packets of the frame in `bytes` to `block`; the last one has the marker bit. Sides that are no multiples of 8 are rounded up,
   * to what the coded blocks fill. Throws AppError `not-supported` for sides above `MAX_RTP_JPEG_SIDE`.
   */
  packetize(bytes: Buffer, frame: BaselineJpeg, timestamp: number, block: PacketBlock): void {
    if (frame.width > MAX_RTP_JPEG_SIDE || frame.height > MAX_RTP_JPEG_SIDE) {
      const size = `${frame.width}x${frame.height}`;
      throw new AppError("not-supported", `JPEG over RTP cannot have ${size}: its sides end at ${MAX_RTP_JPEG_SIDE}`);
    }
    const fixedBytes = MAIN_HEADER_BYTES + (frame.restartInterval === 0 ? 0 : RESTART_HEADER_BYTES);
    for (let position = frame.scanStart; position < frame.scanEnd; ) {
      const isFirst = position === frame.scanStart;
      const headerBytes = fixedBytes + (isFirst ? TABLE_HEADER_BYTES + 2 * QUANTIZATION_TABLE_BYTES : 0);
      // every fragment but the last is as large as allowed: runs of equal size are what UDP GSO sends at once
      const next = Math.min(position + this.#payloadBytes - headerBytes, frame.scanEnd);
      const at = this.#writer.append(headerBytes + next - position, timestamp, block);
      writeMainHeader(block.bytes, at, frame, position - frame.scanStart);
      if (frame.restartInterval !== 0) writeRestartHeader(block.bytes, at + MAIN_HEADER_BYTES, frame.restartInterval);
      if (isFirst) writeTables(block.bytes, at + fixedBytes, bytes, frame);
      bytes.copy(block.bytes, at + headerBytes, position, next);
      position = next;
    }
    if (frame.scanEnd > frame.scanStart) this.#writer.markLast(block);
  }
}

/** RFC 2435 §3.1. */
function writeMainHeader(out: Buffer, at: number, frame: BaselineJpeg, fragmentOffset: number): void {
  out.writeUInt32BE(fragmentOffset, at); // type-specific 0: progressive scan of the picture
  out[at + 4] = TYPE[frame.sampling] + (frame.restartInterval === 0 ? 0 : WITH_RESTART);
  out[at + 5] = TABLES_IN_BAND;
  out[at + 6] = (frame.width + 7) >>> 3;
  out[at + 7] = (frame.height + 7) >>> 3;
}

/** RFC 2435 §3.1.7. */
function writeRestartHeader(out: Buffer, at: number, interval: number): void {
  out.writeUInt16BE(interval, at);
  out.writeUInt16BE(WHOLE_FRAME, at + 2);
}

/** RFC 2435 §3.1.8. */
function writeTables(out: Buffer, at: number, bytes: Buffer, { lumaTable, chromaTable }: BaselineJpeg): void {
  out.writeUInt16BE(0, at); // 8 bits of precision
  out.writeUInt16BE(2 * QUANTIZATION_TABLE_BYTES, at + 2);
  bytes.copy(out, at + TABLE_HEADER_BYTES, lumaTable, lumaTable + QUANTIZATION_TABLE_BYTES);
  const second = at + TABLE_HEADER_BYTES + QUANTIZATION_TABLE_BYTES;
  bytes.copy(out, second, chromaTable, chromaTable + QUANTIZATION_TABLE_BYTES);
}
