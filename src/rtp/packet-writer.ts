import { type PacketBlock, RTP_HEADER_BYTES } from "./packet-block.ts";

const MARKER_BIT = 0x80;

/** Fixed for the life of a stream. */
export interface PacketizerOptions {
  readonly ssrc: number;
  /** Of the first packet; random (RFC 3550 §5.1). */
  readonly firstSequence: number;
  /** Largest RTP payload, bytes. */
  readonly payloadBytes: number;
}

/** Writes a stream's fixed RTP headers (RFC 3550 §5.1) and counts its packets. */
export class PacketWriter {
  readonly #payloadType: number;
  readonly #ssrc: number;
  #sequence: number;

  constructor(payloadType: number, { ssrc, firstSequence }: Pick<PacketizerOptions, "ssrc" | "firstSequence">) {
    this.#payloadType = payloadType;
    this.#ssrc = ssrc;
    this.#sequence = firstSequence & 0xffff;
  }

  /** Sequence number that the next packet will carry. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** Appends a packet with its header and room for its payload; returns where that begins. `timestamp`: 90 kHz, 32 bits. */
  append(payloadSize: number, timestamp: number, block: PacketBlock): number {
    const at = block.append(RTP_HEADER_BYTES + payloadSize);
    const bytes = block.bytes;
    bytes[at] = 0x80;
    bytes[at + 1] = this.#payloadType;
    bytes[at + 2] = this.#sequence >>> 8;
    bytes[at + 3] = this.#sequence;
    bytes.writeUInt32BE(timestamp, at + 4);
    bytes.writeUInt32BE(this.#ssrc, at + 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return at + RTP_HEADER_BYTES;
  }

  /** Sets the marker bit of the block's last packet: the frame ends with it. */
  markLast(block: PacketBlock): void {
    const last = block.packets[(block.count - 1) * 2] ?? 0;
    block.bytes[last + 1] = (block.bytes[last + 1] ?? 0) | MARKER_BIT;
  }
}
