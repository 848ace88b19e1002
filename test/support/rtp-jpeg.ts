import { STANDARD_HUFFMAN_TABLES } from "../../src/media/jpeg-huffman.ts";
import type { PacketBlock } from "../../src/rtp/packet-block.ts";

/** One RTP packet taken apart. */
export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Reads a packet with a fixed header of 12 bytes. */
export function readRtp(bytes: Buffer): RtpPacket {
  return {
    marker: ((bytes[1] ?? 0) & 0x80) !== 0,
    payloadType: (bytes[1] ?? 0) & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(12),
  };
}

/** The packets of a block, copied. */
export function packetsOf(block: PacketBlock): RtpPacket[] {
  return Array.from({ length: block.count }, (_, index) => {
    const offset = block.packets[index * 2] ?? 0;
    return readRtp(Buffer.from(block.bytes.subarray(offset, offset + (block.packets[index * 2 + 1] ?? 0))));
  });
}

/** What a test JPEG is made of; what is left out is as the encoder of the product has it. */
export interface TestJpeg {
  readonly width: number;
  readonly height: number;
  readonly sampling?: number;
  readonly restartInterval?: number;
  readonly scan: Uint8Array;
  /** Without DHT, as cameras send it. */
  readonly withoutHuffman?: boolean;
}

const segment = (marker: number, ...parts: readonly (readonly number[] | Uint8Array)[]) => {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

/** Luma's table and chroma's. */
export const TABLES = [1, 100].map((first) => Buffer.from(Array.from({ length: 64 }, (_, index) => first + index)));

/** A JPEG around any entropy-coded data. */
export function testJpeg({ width, height, sampling = 0x22, restartInterval, scan, withoutHuffman }: TestJpeg): Buffer {
  const [luma = Buffer.of(), chroma = Buffer.of()] = TABLES;
  const side = (value: number) => [value >>> 8, value & 255];
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1")),
    segment(0xdb, [0], luma, [1], chroma),
    ...(restartInterval === undefined ? [] : [segment(0xdd, side(restartInterval))]),
    segment(0xc0, [8], side(height), side(width), [3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1]),
    ...(withoutHuffman ? [] : STANDARD_HUFFMAN_TABLES.map((table) => segment(0xc4, table))),
    segment(0xda, [3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]),
    scan,
    Buffer.of(0xff, 0xd9),
  ]);
}

/** Puts one frame together again as a receiver does: the headers of RFC 2435 appendix B around its scan. Throws where a fragment is missing. */
export function rebuildJpeg(payloads: readonly Buffer[]): Buffer {
  const [first] = payloads;
  if (first === undefined) throw new Error("no packet");
  const type = first[4] ?? 0;
  const hasRestart = type >= 64;
  const restartInterval = hasRestart ? first.readUInt16BE(8) : 0;
  const tablesAt = hasRestart ? 12 : 8;
  if (first[5] !== 255 || first.readUInt32BE(tablesAt) !== 128) throw new Error("no tables");
  const tables = first.subarray(tablesAt + 4, tablesAt + 132);
  const scan: Buffer[] = [];
  let offset = 0;
  for (const [index, payload] of payloads.entries()) {
    if (payload.readUInt32BE(0) !== offset) throw new Error(`a fragment at ${payload.readUInt32BE(0)}, not ${offset}`);
    const part = payload.subarray(tablesAt + (index === 0 ? 132 : 0));
    scan.push(part);
    offset += part.length;
  }
  const [width, height] = [(first[6] ?? 0) * 8, (first[7] ?? 0) * 8];
  const sampling = (type & 63) === 0 ? 0x21 : 0x22;
  const sides = [height >>> 8, height & 255, width >>> 8, width & 255];
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, [0], tables.subarray(0, 64)),
    segment(0xdb, [1], tables.subarray(64)),
    ...(hasRestart ? [segment(0xdd, [restartInterval >>> 8, restartInterval & 255])] : []),
    segment(0xc0, [8], sides, [3, 0, sampling, 0, 1, 0x11, 1, 2, 0x11, 1]),
    ...STANDARD_HUFFMAN_TABLES.map((table) => segment(0xc4, table)),
    segment(0xda, [3, 0, 0, 1, 0x11, 2, 0x11, 0, 63, 0]),
    ...scan,
    Buffer.of(0xff, 0xd9),
  ]);
}
