import type { PacketBlock } from "./packet-block.ts";
import { type PacketizerOptions, PacketWriter } from "./packet-writer.ts";

/** RTP payload type of ONVIF metadata in our SDP; dynamic, the one that ONVIF's own examples use. */
export const METADATA_PAYLOAD_TYPE = 107;

/** Splits XML documents into RTP packets: the marker bit is set on the last one of a document (ONVIF Streaming Specification, "Metadata streaming"). */
export class MetadataPacketizer {
  readonly #writer: PacketWriter;
  readonly #payloadBytes: number;

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(METADATA_PAYLOAD_TYPE, options);
    this.#payloadBytes = options.payloadBytes;
  }

  /** Sequence number that the next packet will carry. */
  get nextSequence(): number {
    return this.#writer.nextSequence;
  }

  /** Appends the packets of one document, which is not empty, to `block`. `timestamp`: 90 kHz, 32 bits. */
  packetize(document: Buffer, timestamp: number, block: PacketBlock): void {
    for (let position = 0; position < document.length; position += this.#payloadBytes) {
      const next = Math.min(position + this.#payloadBytes, document.length);
      const at = this.#writer.append(next - position, timestamp, block);
      document.copy(block.bytes, at, position, next);
    }
    this.#writer.markLast(block);
  }
}
