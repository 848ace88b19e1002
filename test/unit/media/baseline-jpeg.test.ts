import { describe, expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors.ts";
import { parseBaselineJpeg } from "../../../src/media/baseline-jpeg.ts";
import { testJpeg } from "../../support/rtp-jpeg.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const MUTATIONS = process.env.RD_LONG === "1" ? 1_000_000 : 20_000;
const SEED = 20_261_130;
const SCAN = Uint8Array.of(1, 2, 0xff, 0, 3);
const JPEG = testJpeg({ width: 640, height: 360, scan: SCAN });

/** What a segment's marker is and where it begins. */
function segmentAt(jpeg: Buffer, marker: number): number {
  return jpeg.indexOf(Buffer.of(0xff, marker));
}

/** A copy with `bytes` at `offset` behind the segment's marker and length. */
function changed(marker: number, offset: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(JPEG);
  copy.set(bytes, segmentAt(copy, marker) + 4 + offset);
  return copy;
}

function without(marker: number): Buffer {
  const at = segmentAt(JPEG, marker);
  return Buffer.concat([JPEG.subarray(0, at), JPEG.subarray(at + 2 + JPEG.readUInt16BE(at + 2))]);
}

describe("a baseline JPEG", () => {
  test("is read", () => {
    const frame = parseBaselineJpeg(JPEG);
    expect(frame).toMatchObject({ width: 640, height: 360, sampling: "4:2:0", restartInterval: 0 });
    expect(JPEG.subarray(frame.scanStart, frame.scanEnd).equals(SCAN)).toBe(true);
    expect(JPEG[frame.lumaTable]).toBe(1);
    expect(JPEG[frame.chromaTable]).toBe(100);
  });

  test("may lack Huffman tables, hold fill bytes, comments, and bytes behind its end", () => {
    const bare = testJpeg({ width: 16, height: 16, scan: SCAN, withoutHuffman: true });
    const comment = Buffer.of(0xff, 0xff, 0xff, 0xfe, 0, 4, 0xff, 0xd9);
    const frame = parseBaselineJpeg(
      Buffer.concat([bare.subarray(0, 2), comment, bare.subarray(2), Buffer.of(0xff, 0xda)]),
    );
    expect(frame.scanEnd - frame.scanStart).toBe(SCAN.length);
  });

  test.each([
    ["a progressive frame", Buffer.from(JPEG.toString("hex").replace("ffc0", "ffc2"), "hex"), "not-supported"],
    ["12 bits", changed(0xc0, 0, 12), "not-supported"],
    ["one component", changed(0xc0, 5, 1), "bad-request"],
    ["no size", changed(0xc0, 1, 0, 0), "not-supported"],
    ["4:4:4", changed(0xc0, 7, 0x11), "not-supported"],
    ["chroma that is sampled more finely", changed(0xc0, 10, 0x21), "not-supported"],
    ["three tables", changed(0xc0, 14, 0), "not-supported"],
    ["a table that is not there", changed(0xc0, 8, 3), "bad-request"],
    ["16-bit tables", changed(0xdb, 0, 0x10), "not-supported"],
    ["optimised Huffman tables", changed(0xc4, 1, 1), "not-supported"],
    ["a third Huffman table", changed(0xc4, 0, 2), "not-supported"],
    ["a progressive scan", changed(0xda, 7, 1), "not-supported"],
    ["chroma with luma's Huffman tables", changed(0xda, 4, 0), "not-supported"],
    ["no frame", without(0xc0), "bad-request"],
    ["no quantization tables", without(0xdb), "bad-request"],
    ["no SOI", JPEG.subarray(2), "bad-request"],
    ["no EOI", JPEG.subarray(0, JPEG.length - 2), "bad-request"],
    ["nothing", Buffer.of(), "bad-request"],
    ["an empty scan", testJpeg({ width: 16, height: 16, scan: Uint8Array.of() }), "bad-request"],
    ["a frame inside its scan", testJpeg({ width: 16, height: 16, scan: Uint8Array.of(1, 0xff, 0xc0) }), "bad-request"],
    [
      "restarts that it does not announce",
      testJpeg({ width: 8, height: 8, scan: Uint8Array.of(1, 0xff, 0xd0) }),
      "bad-request",
    ],
    ["3 MB", Buffer.concat([JPEG, Buffer.alloc(3e6)]), "too-large"],
  ])("is refused with %s", (_what, jpeg, kind) => {
    expect(() => parseBaselineJpeg(jpeg)).toThrow(expect.objectContaining({ kind }));
  });

  test("cut anywhere is refused", () => {
    for (let size = 0; size < JPEG.length; size += 1)
      expect(() => parseBaselineJpeg(JPEG.subarray(0, size))).toThrow(AppError);
  });

  test(`${MUTATIONS} damaged ones: refused, or with everything inside`, () => {
    const random = new SeededRandom(SEED);
    let read = 0;
    for (let input = 0; input < MUTATIONS; input += 1) {
      const jpeg = Buffer.from(JPEG);
      for (let count = 1 + random.below(3); count > 0; count -= 1)
        jpeg[random.below(jpeg.length)] = random.pick([0, 1, 0xff, 0xc0, 0xda, 0xd9, random.below(256)]);
      try {
        const frame = parseBaselineJpeg(jpeg);
        read += 1;
        expect(frame.scanStart).toBeLessThan(frame.scanEnd);
        expect(frame.scanEnd).toBeLessThanOrEqual(jpeg.length - 2);
        expect(Math.max(frame.lumaTable, frame.chromaTable) + 64).toBeLessThan(frame.scanStart);
        expect(Math.min(frame.width, frame.height)).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }
    expect(read).toBeGreaterThan(100);
    expect(read).toBeLessThan(MUTATIONS / 2);
  }, 3_600_000);
});
