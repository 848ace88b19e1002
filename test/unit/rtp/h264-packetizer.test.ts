import { describe, expect, test } from "bun:test";
import type { AccessUnit } from "../../../src/media/access-unit.ts";
import { H264Packetizer } from "../../../src/rtp/h264-packetizer.ts";
import { PacketBlock } from "../../../src/rtp/packet-block.ts";
import { accessUnit } from "../../support/access-unit.ts";

const PAYLOAD_BYTES = 100;

function packetize(unit: AccessUnit, firstSequence = 65_534): { header: Uint8Array; payload: Uint8Array }[] {
  const packetizer = new H264Packetizer({
    payloadType: 96,
    ssrc: 0xdeadbeef,
    firstSequence,
    payloadBytes: PAYLOAD_BYTES,
  });
  const block = new PacketBlock();
  packetizer.packetize(unit, 0x01020304, block);
  return packetsOf(block);
}

function packetsOf(block: PacketBlock): { header: Uint8Array; payload: Uint8Array }[] {
  return Array.from({ length: block.count }, (_, index) => {
    const offset = block.packets[index * 2] ?? 0;
    const size = block.packets[index * 2 + 1] ?? 0;
    expect([...block.bytes.subarray(offset - 4, offset)]).toEqual([0x24, 0, size >>> 8, size & 255]);
    return {
      header: block.bytes.subarray(offset, offset + 12),
      payload: block.bytes.subarray(offset + 12, offset + size),
    };
  });
}

/** Puts NAL units together again as a receiver does (RFC 6184 §5). */
function depacketize(payloads: readonly Uint8Array[]): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let fragments: number[] = [];
  for (const payload of payloads) {
    const type = (payload[0] ?? 0) & 31;
    if (type === 24) {
      for (let at = 1; at < payload.length; ) {
        const size = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
        nals.push(payload.slice(at + 2, at + 2 + size));
        at += 2 + size;
      }
    } else if (type === 28) {
      const flags = payload[1] ?? 0;
      if (flags & 0x80) fragments = [((payload[0] ?? 0) & 0xe0) | (flags & 31)];
      fragments.push(...payload.subarray(2));
      if (flags & 0x40) nals.push(Uint8Array.from(fragments));
    } else nals.push(payload.slice());
  }
  return nals;
}

const nal = (header: number, size: number) =>
  Uint8Array.from({ length: size }, (_, index) => (index === 0 ? header : (index * 7) & 255));

describe("H264Packetizer", () => {
  test("carries every NAL unit whole, whatever its size", () => {
    const sizes = [1, 2, 99, 100, 101, 102, 197, 198, 199, 296, 5000];
    for (const size of sizes) {
      const nals = [nal(0x67, 20), nal(0x68, 6), nal(0x65, size)];
      const packets = packetize(accessUnit(nals));
      expect(depacketize(packets.map(({ payload }) => payload))).toEqual(nals);
      for (const { payload } of packets) expect(payload.length).toBeLessThanOrEqual(PAYLOAD_BYTES);
    }
  });

  test("aggregates parameter sets and SEI, marks only the last packet, counts sequence numbers across the wrap", () => {
    const packets = packetize(accessUnit([nal(0x67, 20), nal(0x68, 6), nal(0x06, 10), nal(0x65, 250)]));
    expect(packets.map(({ payload }) => (payload[0] ?? 0) & 31)).toEqual([24, 28, 28, 28]);
    expect((packets[0]?.payload[0] ?? 0) & 0x60).toBe(0x60);
    expect(packets.map(({ header }) => (header[1] ?? 0) >>> 7)).toEqual([0, 0, 0, 1]);
    expect(packets.map(({ header }) => ((header[2] ?? 0) << 8) | (header[3] ?? 0))).toEqual([65_534, 65_535, 0, 1]);
    expect(packets.every(({ header }) => header.toHex().slice(8) === "01020304deadbeef")).toBe(true);
  });

  test("makes all fragments but the last equal, which UDP GSO needs", () => {
    const lengths = packetize(accessUnit([nal(0x41, 1000)])).map(({ payload }) => payload.length);
    expect(new Set(lengths.slice(0, -1))).toEqual(new Set([PAYLOAD_BYTES]));
  });

  test("leaves delimiters and filler out", () => {
    const packets = packetize(accessUnit([nal(0x09, 2), nal(0x41, 50), nal(0x0c, 400)]));
    expect(depacketize(packets.map(({ payload }) => payload))).toEqual([nal(0x41, 50)]);
    expect((packets[0]?.header[1] ?? 0) >>> 7).toBe(1);
  });

  test("does not aggregate what does not fit into one payload", () => {
    const nals = [nal(0x67, 60), nal(0x68, 60), nal(0x65, 10)];
    const packets = packetize(accessUnit(nals));
    expect(depacketize(packets.map(({ payload }) => payload))).toEqual(nals);
    expect(packets).toHaveLength(3);
  });
});

describe("PacketBlock", () => {
  test("grows without losing packets and changes the channel of all of them", () => {
    const packetizer = new H264Packetizer({ payloadType: 96, ssrc: 1, firstSequence: 0, payloadBytes: 1400 });
    const block = new PacketBlock();
    packetizer.packetize(accessUnit([nal(0x65, 400_000)]), 0, block);
    expect(depacketize(packetsOf(block).map(({ payload }) => payload))).toEqual([nal(0x65, 400_000)]);
    block.setChannel(6);
    const channels = Array.from(
      { length: block.count },
      (_, index) => block.bytes[(block.packets[index * 2] ?? 0) - 3],
    );
    expect(new Set(channels)).toEqual(new Set([6]));
    const joined = new PacketBlock();
    joined.appendBlock(block);
    joined.appendBlock(block);
    joined.setChannel(0);
    expect(packetsOf(joined)).toHaveLength(block.count * 2);
    expect(joined.packetBytes).toBe(block.packetBytes * 2);
  });
});
