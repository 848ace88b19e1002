import { describe, expect, test } from "bun:test";
import { rtpTimestamp } from "../../../src/rtp/media-clock.ts";
import { formatBye, formatSenderReport, parseRtcp } from "../../../src/rtp/rtcp.ts";

describe("formatSenderReport", () => {
  test("is a compound SR and SDES with the NTP time of RFC 3550", () => {
    const bytes = formatSenderReport({
      ssrc: 0x11223344,
      wallMs: Date.UTC(2026, 0, 1) + 250.5,
      rtpTimestamp: 0xfffffffe,
      packetCount: 2 ** 32 + 5,
      octetCount: 7,
      cname: "rotordream@host",
    });
    expect(bytes.length % 4).toBe(0);
    expect([bytes[0], bytes[1], bytes.readUInt16BE(2)]).toEqual([0x80, 200, 6]);
    expect(bytes.readUInt32BE(8)).toBe(Date.UTC(2026, 0, 1) / 1000 + 2_208_988_800);
    expect(bytes.readUInt32BE(12) / 2 ** 32).toBeCloseTo(0.2505, 6);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes.readUInt32BE(24)]).toEqual([0xfffffffe, 5, 7]);
    expect([bytes[28], bytes[29]]).toEqual([0x81, 202]);
    expect((bytes.readUInt16BE(30) + 1) * 4).toBe(bytes.length - 28);
    expect(bytes.subarray(38, 38 + 15).toString()).toBe("rotordream@host");
    expect(bytes[53]).toBe(0);
  });
});

describe("parseRtcp", () => {
  const report = Buffer.from("81c90007aabbccdd112233444000000500010007000000640000000000000000", "hex");

  test("finds the block about our stream", () => {
    expect(parseRtcp(report, 0x11223344)).toEqual({
      bye: false,
      report: { fractionLost: 0.25, highestSequence: 0x00010007, jitter: 100, lastReport: 0, sinceLastReport: 0 },
    });
    expect(parseRtcp(report, 1)).toEqual({ bye: false, report: undefined });
  });

  test("hears a BYE behind a report", () => {
    expect(parseRtcp(Buffer.concat([report, formatBye(5, "x")]), 1)?.bye).toBe(true);
  });

  test("refuses what is cut or of another version", () => {
    for (let length = 1; length < report.length; length++)
      expect(parseRtcp(report.subarray(0, length), 1)).toBeUndefined();
    expect(parseRtcp(Buffer.from("41c90001aabbccdd", "hex"), 1)).toBeUndefined();
    expect(parseRtcp(new Uint8Array(), 1)).toEqual({ bye: false, report: undefined });
  });
});

test("rtpTimestamp wraps after 13 h 15 min and stays exact for years", () => {
  expect(rtpTimestamp(10, 1_000_000)).toBe(90_010);
  expect(rtpTimestamp(2 ** 32 - 1, 1_000_000)).toBe(89_999);
  const tenYearsUs = 10 * 365 * 86_400 * 1e6;
  const step = rtpTimestamp(0, tenYearsUs + 1e6) - rtpTimestamp(0, tenYearsUs);
  expect((step + 2 ** 32) % 2 ** 32).toBe(90_000);
});
