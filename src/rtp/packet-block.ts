/** Bytes of the RTSP interleaving header (`$`, channel, 16-bit length) that precedes every packet: RFC 2326 §10.12. */
export const INTERLEAVED_HEADER_BYTES = 4;

/** Bytes of the fixed RTP header, which is all that our packets have: RFC 3550 §5.1. */
export const RTP_HEADER_BYTES = 12;

const INITIAL_BYTES = 64 * 1024;
const INITIAL_PACKETS = 64;

/**
 * RTP packets of one frame (or of several) in one piece of memory, each behind an interleaving header, so that the same bytes serve
 * RTSP/TCP viewers as a whole and UDP viewers packet by packet. Reused from frame to frame; grows, never shrinks.
 */
export class PacketBlock {
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** Bytes in use, interleaving headers included. */
  length = 0;
  /** Pairs (offset, size) of the packets without their interleaving headers. */
  packets = new Uint32Array(INITIAL_PACKETS * 2);
  count = 0;
  /** Sum of the packets' sizes, interleaving headers excluded. */
  packetBytes = 0;
  #channel = 0;

  clear(): void {
    this.length = 0;
    this.count = 0;
    this.packetBytes = 0;
    this.#channel = 0;
  }

  /** Appends room for one packet of `size` bytes, its interleaving header (channel 0) already written; returns the packet's offset. */
  append(size: number): number {
    const start = this.length;
    const end = start + INTERLEAVED_HEADER_BYTES + size;
    this.#reserve(end, this.count + 1);
    const bytes = this.bytes;
    bytes[start] = 0x24;
    bytes[start + 1] = this.#channel;
    bytes[start + 2] = size >>> 8;
    bytes[start + 3] = size;
    this.packets[this.count * 2] = start + INTERLEAVED_HEADER_BYTES;
    this.packets[this.count * 2 + 1] = size;
    this.count += 1;
    this.length = end;
    this.packetBytes += size;
    return start + INTERLEAVED_HEADER_BYTES;
  }

  /** Appends all packets of another block. */
  appendBlock(other: PacketBlock): void {
    this.setChannel(other.#channel);
    const start = this.length;
    this.#reserve(start + other.length, this.count + other.count);
    other.bytes.copy(this.bytes, start, 0, other.length);
    for (let index = 0; index < other.count * 2; index += 2) {
      this.packets[this.count * 2 + index] = (other.packets[index] ?? 0) + start;
      this.packets[this.count * 2 + index + 1] = other.packets[index + 1] ?? 0;
    }
    this.count += other.count;
    this.length += other.length;
    this.packetBytes += other.packetBytes;
  }

  /** Makes `channel` the interleaved channel of every packet; free when it is already. */
  setChannel(channel: number): void {
    if (channel === this.#channel) return;
    for (let index = 0; index < this.count; index++) {
      this.bytes[(this.packets[index * 2] ?? 0) - INTERLEAVED_HEADER_BYTES + 1] = channel;
    }
    this.#channel = channel;
  }

  #reserve(byteCount: number, packetCount: number): void {
    if (byteCount > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(byteCount, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    if (packetCount * 2 > this.packets.length) {
      const grown = new Uint32Array(Math.max(packetCount * 2, this.packets.length * 2));
      grown.set(this.packets);
      this.packets = grown;
    }
  }
}
