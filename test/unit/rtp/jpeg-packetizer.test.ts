import { describe, expect, test } from "bun:test";
import { parseBaselineJpeg } from "../../../src/media/baseline-jpeg.ts";
import { JpegPacketizer } from "../../../src/rtp/jpeg-packetizer.ts";
import { PacketBlock } from "../../../src/rtp/packet-block.ts";
import { packetsOf, type RtpPacket, rebuildJpeg, TABLES, type TestJpeg, testJpeg } from "../../support/rtp-jpeg.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const PAYLOAD_BYTES = 500;

function packetize(jpeg: TestJpeg, firstSequence = 65_535): RtpPacket[] {
  const packetizer = new JpegPacketizer({ ssrc: 0xdeadbeef, firstSequence, payloadBytes: PAYLOAD_BYTES });
  const block = new PacketBlock();
  const bytes = testJpeg(jpeg);
  packetizer.packetize(bytes, parseBaselineJpeg(bytes), 0x01020304, block);
  const packets = packetsOf(block);
  expect(packetizer.nextSequence).toBe((firstSequence + packets.length) & 0xffff);
  return packets;
}

/** Entropy-coded data: every byte but a marker's. */
function scanOf(size: number, seed = 1): Uint8Array {
  const random = new SeededRandom(seed);
  return Uint8Array.from({ length: size }, () => random.below(255));
}

describe("JpegPacketizer", () => {
  test("carries scans of every length, in packets that are full but the last", () => {
    // tables take 132 bytes of the first packet, the header 8 of each
    for (const size of [1, 359, 360, 361, 851, 852, 853, 854, 1344, 1345, 20_000]) {
      const scan = scanOf(size, size);
      const packets = packetize({ width: 640, height: 360, scan });
      expect(packets.length).toBe(size <= 360 ? 1 : 1 + Math.ceil((size - 360) / 492));
      const last = packets.at(-1);
      for (const packet of packets) {
        expect(packet.marker).toBe(packet === last);
        if (packet !== last) expect(packet.payload.length).toBe(PAYLOAD_BYTES);
      }
      const rebuilt = rebuildJpeg(packets.map(({ payload }) => payload));
      const frame = parseBaselineJpeg(rebuilt);
      expect(rebuilt.subarray(frame.scanStart, frame.scanEnd).equals(scan)).toBe(true);
      expect(rebuilt.subarray(frame.lumaTable, frame.lumaTable + 64).equals(TABLES[0] ?? scan)).toBe(true);
      expect(rebuilt.subarray(frame.chromaTable, frame.chromaTable + 64).equals(TABLES[1] ?? scan)).toBe(true);
    }
  });

  test("numbers its packets and stamps all of a frame alike", () => {
    const packets = packetize({ width: 16, height: 16, scan: scanOf(2000) }, 65_534);
    expect(packets.map(({ sequence }) => sequence)).toEqual([65_534, 65_535, 0, 1, 2]);
    for (const { ssrc, timestamp, payloadType } of packets)
      expect([ssrc, timestamp, payloadType]).toEqual([0xdeadbeef, 0x01020304, 26]);
  });

  test.each([
    [16, 16, 2, 2],
    [640, 360, 80, 45],
    [2040, 2040, 255, 255],
    [2033, 2034, 255, 255],
    [1, 9, 1, 2],
  ])("counts %i by %i pixels in blocks, rounded up", (width, height, columns, rows) => {
    const [packet] = packetize({ width, height, scan: scanOf(10) });
    expect([...(packet?.payload.subarray(4, 8) ?? [])]).toEqual([1, 255, columns, rows]);
  });

  test.each([
    [2041, 16],
    [16, 2041],
  ])("refuses %i by %i pixels", (width, height) => {
    expect(() => packetize({ width, height, scan: scanOf(10) })).toThrow(
      expect.objectContaining({ kind: "not-supported" }),
    );
  });

  test("tells 4:2:2 from 4:2:0, and where restart markers are", () => {
    const scan = Buffer.concat([scanOf(400), Buffer.of(0xff, 0xd0), scanOf(400)]);
    for (const [sampling, type] of [
      [0x21, 64],
      [0x22, 65],
    ] as const) {
      const packets = packetize({ width: 16, height: 16, sampling, restartInterval: 7, scan });
      for (const { payload } of packets) {
        expect(payload[4]).toBe(type);
        expect(payload.subarray(8, 12).toString("hex")).toBe("0007ffff");
      }
      const rebuilt = rebuildJpeg(packets.map(({ payload }) => payload));
      const frame = parseBaselineJpeg(rebuilt);
      expect(frame.restartInterval).toBe(7);
      expect(rebuilt.subarray(frame.scanStart, frame.scanEnd).equals(scan)).toBe(true);
    }
    expect(packetize({ width: 16, height: 16, sampling: 0x21, scan: scanOf(9) })[0]?.payload[4]).toBe(0);
  });
});
