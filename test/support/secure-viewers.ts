import { createHash } from "node:crypto";
import type { SecureViewer, SrtpProfile } from "bun-ffi-v4l2";

/** Numbers of the header extensions that viewers here negotiate. */
export const ABS_SEND_TIME = 2;
export const TRANSPORT_SEQUENCE = 3;
export const MID = 9;

/** Master key and salt that follow from `name`. */
export function keysOf(profile: SrtpProfile, name: string) {
  const bytes = createHash("sha256").update(name).digest();
  return { key: bytes.subarray(0, 16), salt: bytes.subarray(16, profile === 7 ? 28 : 30) };
}

/** A viewer of stream 0 with RTX and all extensions; `name` makes its keys. */
export function viewerOf(profile: SrtpProfile, name: string, more: Partial<SecureViewer> = {}): SecureViewer {
  return {
    profile,
    stream: 0,
    timestampOffset: 5,
    ssrc: 0xfedcba98,
    payloadType: 102,
    firstSequence: 32_767,
    rtx: { ssrc: 7, payloadType: 103, firstSequence: 1 },
    extensions: { absSendTimeId: ABS_SEND_TIME, transportSequenceId: TRANSPORT_SEQUENCE, mid: { id: MID, value: "0" } },
    localKeys: keysOf(profile, `${name} local`),
    remoteKeys: keysOf(profile, `${name} remote`),
    ...more,
  };
}

/** A frame of RTP packets with these payload sizes, with gaps, in a block that starts inside a larger buffer. */
export function frameOf(sizes: readonly number[], firstSequence: number, timestamp: number) {
  const block = Buffer.alloc(sizes.reduce((sum, size) => sum + size + 16, 100)).subarray(100);
  const packets = new Uint32Array(sizes.length * 2);
  const payloads: Buffer[] = [];
  let at = 0;
  for (const [index, size] of sizes.entries()) {
    at += 4;
    packets.set([at, 12 + size], index * 2);
    block[at] = 0x80;
    block[at + 1] = index === sizes.length - 1 ? 0x80 | 96 : 96;
    block.writeUInt16BE((firstSequence + index) & 0xffff, at + 2);
    block.writeUInt32BE(timestamp, at + 4);
    block.fill(`${timestamp} ${index} `, at + 12, at + 12 + size);
    payloads.push(Buffer.from(block.subarray(at + 12, at + 12 + size)));
    at += 12 + size;
  }
  return { block, packets, count: sizes.length, payloads };
}

/** Packets of a framed stream (RFC 4571). */
export function unframed(bytes: Uint8Array, length: number): Buffer[] {
  const buffer = Buffer.from(bytes.subarray(0, length));
  const packets: Buffer[] = [];
  for (let at = 0; at < length; at += 2 + buffer.readUInt16BE(at)) {
    packets.push(buffer.subarray(at + 2, at + 2 + buffer.readUInt16BE(at)));
  }
  return packets;
}
