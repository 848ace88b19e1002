import { describe, expect, test } from "bun:test";
import { parseReceiverFeedback } from "../../../src/rtp/receiver-feedback.ts";
import { compactNtp, formatBye } from "../../../src/rtp/rtcp.ts";

const SSRC = 0x11223344;
const REPORT = "81c90007aabbccdd112233444000000500010007000000640102030400010000";
const PLI = "81ce0002aabbccdd11223344";
const NACK = "81cd0003aabbccdd11223344fffe8003";

function parse(hex: string) {
  return parseReceiverFeedback(Uint8Array.fromHex(hex), SSRC);
}

describe("parseReceiverFeedback", () => {
  test("reads a compound", () => {
    const feedback = parse(REPORT + PLI + NACK);
    expect(feedback?.report).toEqual({
      fractionLost: 0.25,
      highestSequence: 0x10007,
      jitter: 100,
      lastReport: 0x01020304,
      sinceLastReport: 65536,
    });
    expect(feedback?.wantsKeyframe).toBe(true);
    // the mask's bits are the numbers after the first, wrapping
    expect([...(feedback?.nacked ?? [])]).toEqual([0xfffe, 0xffff, 0, 14]);
    expect([feedback?.bye, feedback?.remb, feedback?.transport]).toEqual([false, undefined, []]);
  });

  test("a FIR names its source in an entry", () => {
    expect(parse("84ce0004aabbccdd000000001122334405000000")?.wantsKeyframe).toBe(true);
    expect(parse("84ce0004aabbccdd000000001122334505000000")?.wantsKeyframe).toBe(false);
  });

  test("a REMB is mantissa and exponent", () => {
    // 0x2faf0 << 3
    expect(parse("8fce0005aabbccdd0000000052454d42010efaf011223344")?.remb).toBe(0x2faf0 * 8);
    expect(parse("8fce0005aabbccdd0000000052454d42010efaf011223345")?.remb).toBeUndefined();
    expect(parse("8fce0005aabbccdd0000000052454d43010efaf011223344")?.remb).toBeUndefined();
  });

  test("wishes about other sources are not ours", () => {
    const feedback = parse(`81ce0002aabbccdd11223345${NACK.replace("11223344", "11223345")}`);
    expect([feedback?.wantsKeyframe, feedback?.nacked.length]).toEqual([false, 0]);
  });

  test("a BYE is heard", () => {
    expect(parse(formatBye(1, "x").toString("hex"))?.bye).toBe(true);
  });

  test("what is cut is refused", () => {
    const bytes = Uint8Array.fromHex(REPORT + PLI + NACK);
    const ends = new Set([0, REPORT.length / 2, (REPORT + PLI).length / 2]);
    for (let length = 0; length < bytes.length; length += 1)
      expect(parseReceiverFeedback(bytes.subarray(0, length), SSRC) !== undefined).toBe(ends.has(length));
  });
});

describe("transport-wide feedback", () => {
  // base 65534, 7 packets, reference 0x10 * 64 ms: run of 2 small, vector of two bits (large, small, lost …), then deltas
  const head = (words: number, count: string) =>
    `8fcd00${words.toString(16).padStart(2, "0")}aabbccdd11223344fffe${count}00001007`;

  test("reads runs, vectors and deltas of both sizes across the wrap", () => {
    const feedback = parse(`${head(7, "0007")}2002e4000408fff80c`.padEnd(64, "0"))?.transport[0];
    expect(feedback?.firstSequence).toBe(0xfffe);
    const base = 16 * 64_000;
    expect([...(feedback?.arrivalsUs ?? [])]).toEqual([
      base + 1000,
      base + 3000,
      base + 3000 + 250 * -8,
      base + 3000 + 250 * -8 + 250 * 12,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("reads one-bit vectors", () => {
    const feedback = parse(`${head(5, "0005")}a8000102`.padEnd(48, "0"))?.transport[0];
    // 1 0 1 0 0
    expect([...(feedback?.arrivalsUs ?? [])].map(Number.isNaN)).toEqual([false, true, false, true, true]);
  });

  test("a few bytes cannot claim many packets, nor deltas beyond the end", () => {
    expect(parse(`${head(5, "ffff")}1fff1fff`)?.transport).toEqual([]);
    expect(parse(`${head(5, "0009")}20090102`)?.transport).toEqual([]);
    expect(parse(`${head(5, "0009")}00000000`)?.transport).toEqual([]);
    expect(parse(`${head(5, "0000")}20010000`)?.transport).toEqual([]);
  });
});

test("compactNtp is the middle of the NTP time", () => {
  expect(compactNtp(0)).toBe((2_208_988_800 * 65_536) % 2 ** 32);
  expect(compactNtp(1500) - compactNtp(0)).toBe(98_304);
});
