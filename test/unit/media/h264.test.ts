import { describe, expect, test } from "bun:test";
import {
  nalType,
  profileLevelId,
  splitAnnexB,
  spropParameterSets,
  withoutEmulationPrevention,
} from "../../../src/media/h264.ts";
import { parseSps, profileName } from "../../../src/media/h264-sps.ts";
import parameterSets from "../../fixtures/h264/parameter-sets.json";

/** ffprobe calls the SPS's "field pairs a second" a frame rate too; `25/1` → 25. */
function ratio(text: string): number {
  const [numerator = 0, denominator = 1] = text.split("/").map(Number);
  return numerator / denominator;
}

/** NAL header, profile 66, constraint flags, level 30. */
const BASELINE_HEAD = "01100111010000101100000000011110";

/** `0110…` as bytes, filled up with zeros. */
function bits(text: string): Uint8Array {
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
}

/** Encoders that leave timing out; ffprobe then guesses 25. */
const WITHOUT_TIMING = new Set(["openh264-constrained"]);

describe("SPS of real encoders, judged by ffprobe", () => {
  for (const { name, sps: hex, pps, ffprobe } of parameterSets) {
    test(name, () => {
      const nal = Uint8Array.fromHex(hex);
      const sps = parseSps(nal);
      if (sps === undefined) throw new Error("refused");
      expect({ profile: profileName(sps), level: sps.levelIdc, width: sps.width, height: sps.height }).toEqual({
        profile: ffprobe.profile,
        level: ffprobe.level,
        width: ffprobe.width,
        height: ffprobe.height,
      });
      if (WITHOUT_TIMING.has(name)) expect(sps.frameRate).toBeUndefined();
      else expect(sps.frameRate).toBeCloseTo(ratio(ffprobe.frameRate), 6);
      expect(sps.fullRange ?? false).toBe(ffprobe.colorRange === "pc");
      expect(sps.mayHaveBFrames).toBe(ffprobe.hasBFrames > 0);
      expect(profileLevelId(nal)).toBe(hex.slice(2, 8));
      const [first = "", second = ""] = spropParameterSets(nal, Uint8Array.fromHex(pps)).split(",");
      expect([Uint8Array.fromBase64(first).toHex(), Uint8Array.fromBase64(second).toHex()]).toEqual([hex, pps]);
    });
  }
});

test("scaling lists, default and cut short, are passed over", () => {
  const high = "011001110110010000000000" + "00011110";
  const lists = `1${"000010001"}1${"1".repeat(16)}1${"1111"}${"000010001"}00000`;
  const size = `${"00000101000"}${"000010111"}`;
  const sps = parseSps(bits(`${high}1${"010"}1101${lists}1${"011"}10${size}11001`));
  expect(sps).toMatchObject({ profileIdc: 100, width: 640, height: 368, mayHaveBFrames: false });
});

describe("SPS that cannot be trusted", () => {
  const whole = Uint8Array.fromHex(parameterSets.find(({ name }) => name === "high-1080p-bframes-hrd")?.sps ?? "");

  test("is undefined at every truncation before its last fields", () => {
    expect(parseSps(whole)).toBeDefined();
    for (let length = 0; length < whole.length - 2; length += 1)
      expect(parseSps(whole.subarray(0, length))).toBeUndefined();
  });

  test("is undefined for another NAL type, for too many bytes and for absurd sizes", () => {
    expect(parseSps(Uint8Array.of(0x68, ...whole.subarray(1)))).toBeUndefined();
    expect(parseSps(new Uint8Array(2000).fill(0x67))).toBeUndefined();
    const withColumns = (code: string) => parseSps(bits(`${BASELINE_HEAD}111110${code}1110010`));
    expect(withColumns("1")?.width).toBe(16);
    expect(withColumns(`${"0".repeat(16)}1${"0".repeat(16)}`)).toBeUndefined();
    expect(profileLevelId(Uint8Array.of(0x67, 0x42))).toBeUndefined();
    expect(profileLevelId(Uint8Array.of(0x68, 1, 2, 3, 4))).toBeUndefined();
  });

  test("never throws on any single changed byte", () => {
    for (let at = 1; at < whole.length; at += 1) {
      for (let value = 0; value < 256; value += 5) {
        const sps = parseSps(whole.with(at, value));
        if (sps !== undefined) expect(sps.width > 0 && sps.width <= 16_896 && sps.height > 0).toBe(true);
      }
    }
  });
});

describe("NAL units", () => {
  test("are split at both start codes, without trailing zeros", () => {
    const stream = Uint8Array.fromHex("00000001674200" + "000001680000" + "00000001" + "0000016588");
    expect(splitAnnexB(stream).map((nal) => nal.toHex())).toEqual(["6742", "68", "6588"]);
    expect(splitAnnexB(new Uint8Array(0))).toEqual([]);
    expect(splitAnnexB(Uint8Array.fromHex("0001"))).toEqual([]);
  });

  test("lose emulation prevention bytes only", () => {
    expect(withoutEmulationPrevention(Uint8Array.fromHex("670000030000030103000003")).toHex()).toBe(
      "6700000000010300" + "00",
    );
    expect(nalType(new Uint8Array(0))).toBe(0);
    expect(nalType(Uint8Array.of(0x65))).toBe(5);
  });
});
