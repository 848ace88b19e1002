import { type AccessUnit, nalStart, nalTypeAt } from "../media/access-unit.ts";
import { NAL_TYPE } from "../media/h264.ts";
import type { PacketBlock } from "./packet-block.ts";
import { type PacketizerOptions, PacketWriter } from "./packet-writer.ts";

/** Types that RFC 6184 §5.2 adds for packets. */
const NAL_TYPE_STAP_A = 24;
const NAL_TYPE_FU_A = 28;
const STAP_A_HEADER_BYTES = 1;
const STAP_A_SIZE_BYTES = 2;
const FU_A_HEADER_BYTES = 2;

/** Fixed for the life of a stream; the payload type is dynamic. */
export interface H264PacketizerOptions extends PacketizerOptions {
  readonly payloadType: number;
}

/**
 * Splits access units into RTP packets, packetization-mode 1: single NAL units, one STAP-A for the parameter sets and SEI in front
 * of a picture, FU-A for what is larger (RFC 6184 §5.6–5.8). Access unit delimiters and filler are left out. Copies bytes, allocates nothing.
 */
export class H264Packetizer {
  readonly #writer: PacketWriter;
  readonly #payloadBytes: number;

  constructor(options: H264PacketizerOptions) {
    this.#writer = new PacketWriter(options.payloadType, options);
    this.#payloadBytes = options.payloadBytes;
  }

  /** Sequence number that the next packet will carry. */
  get nextSequence(): number {
    return this.#writer.nextSequence;
  }

  /** Appends the packets of `unit` to `block`; the last one has the marker bit. `timestamp`: 90 kHz, 32 bits. */
  packetize(unit: AccessUnit, timestamp: number, block: PacketBlock): void {
    const firstPacket = block.count;
    let index = 0;
    while (index < unit.nalCount) {
      const type = nalTypeAt(unit, index);
      if (type === NAL_TYPE.accessUnitDelimiter || type === NAL_TYPE.filler) {
        index += 1;
        continue;
      }
      const end = this.#aggregateEnd(unit, index);
      if (end - index > 1) this.#writeStapA(unit, index, end, timestamp, block);
      else if ((unit.nalSizes[index] ?? 0) <= this.#payloadBytes) this.#writeSingle(unit, index, timestamp, block);
      else this.#writeFuA(unit, index, timestamp, block);
      index = end;
    }
    if (block.count > firstPacket) this.#writer.markLast(block);
  }

  /** One past the last NAL unit that shares a STAP-A with `index`; `index + 1` when it stands alone. */
  #aggregateEnd(unit: AccessUnit, index: number): number {
    let size = STAP_A_HEADER_BYTES;
    let end = index;
    while (end < unit.nalCount) {
      const type = nalTypeAt(unit, end);
      if (type !== NAL_TYPE.sps && type !== NAL_TYPE.pps && type !== NAL_TYPE.sei) break;
      size += STAP_A_SIZE_BYTES + (unit.nalSizes[end] ?? 0);
      if (size > this.#payloadBytes) break;
      end += 1;
    }
    return Math.max(end, index + 1);
  }

  #writeSingle(unit: AccessUnit, index: number, timestamp: number, block: PacketBlock): void {
    const size = unit.nalSizes[index] ?? 0;
    const at = this.#writer.append(size, timestamp, block);
    const start = nalStart(unit, index);
    unit.memory.copy(block.bytes, at, start, start + size);
  }

  #writeStapA(unit: AccessUnit, from: number, to: number, timestamp: number, block: PacketBlock): void {
    let size = STAP_A_HEADER_BYTES;
    let importance = 0;
    for (let index = from; index < to; index++) {
      size += STAP_A_SIZE_BYTES + (unit.nalSizes[index] ?? 0);
      importance = Math.max(importance, (unit.memory[nalStart(unit, index)] ?? 0) & 0x60);
    }
    let at = this.#writer.append(size, timestamp, block);
    block.bytes[at] = importance | NAL_TYPE_STAP_A;
    at += STAP_A_HEADER_BYTES;
    for (let index = from; index < to; index++) {
      const nalSize = unit.nalSizes[index] ?? 0;
      block.bytes[at] = nalSize >>> 8;
      block.bytes[at + 1] = nalSize;
      const start = nalStart(unit, index);
      unit.memory.copy(block.bytes, at + STAP_A_SIZE_BYTES, start, start + nalSize);
      at += STAP_A_SIZE_BYTES + nalSize;
    }
  }

  /** Every fragment but the last is as large as allowed: runs of equal size are what UDP GSO sends at once. */
  #writeFuA(unit: AccessUnit, index: number, timestamp: number, block: PacketBlock): void {
    const start = nalStart(unit, index);
    const end = start + (unit.nalSizes[index] ?? 0);
    const nalHeader = unit.memory[start] ?? 0;
    const room = this.#payloadBytes - FU_A_HEADER_BYTES;
    let position = start + 1;
    while (position < end) {
      const next = Math.min(position + room, end);
      const at = this.#writer.append(FU_A_HEADER_BYTES + next - position, timestamp, block);
      block.bytes[at] = (nalHeader & 0xe0) | NAL_TYPE_FU_A;
      block.bytes[at + 1] = (position === start + 1 ? 0x80 : 0) | (next === end ? 0x40 : 0) | (nalHeader & 0x1f);
      unit.memory.copy(block.bytes, at + FU_A_HEADER_BYTES, position, next);
      position = next;
    }
  }
}
