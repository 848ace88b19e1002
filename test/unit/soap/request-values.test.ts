import { expect, test } from "bun:test";
import { SoapFault } from "../../../src/soap/fault.ts";
import {
  dateTimeMs,
  durationMs,
  readBoolean,
  readFloat,
  readInteger,
  readWord,
  requiredText,
  requiredToken,
  resolveName,
  writeDateTime,
  writeDuration,
} from "../../../src/soap/request-values.ts";
import { readXml } from "../../../src/soap/xml-reader.ts";

const refuses = (run: () => unknown) => expect(run).toThrow(SoapFault);

test("booleans, numbers and words", () => {
  expect(["true", "1", "false", "0"].map(readBoolean)).toEqual([true, true, false, false]);
  for (const text of ["", "TRUE", "yes"]) refuses(() => readBoolean(text));
  expect(["0", "-5", "+7", "0012"].map(readInteger)).toEqual([0, -5, 7, 12]);
  for (const text of ["", "1.5", "1e3", "NaN", "9".repeat(16), "0x1"]) refuses(() => readInteger(text));
  expect(["0", "-.5", "1.", "1e-2", "+3.25E1"].map(readFloat)).toEqual([0, -0.5, 1, 0.01, 32.5]);
  for (const text of ["", "NaN", "INF", "-INF", "Infinity", "1e999", "1,5", "."]) refuses(() => readFloat(text));
  expect(readWord("b", ["a", "b"])).toBe("b");
  refuses(() => readWord("c", ["a", "b"]));
});

test("durations", () => {
  const examples: readonly (readonly [string, number | undefined])[] = [
    ["PT60S", 60_000],
    ["PT1M30.5S", 90_500],
    ["P1DT1H", 90_000_000],
    ["-PT1S", -1000],
    ["P1Y", 365 * 86_400_000],
    ["P", undefined],
    ["PT", undefined],
    ["P1DT", undefined],
    ["60", undefined],
    ["PT1H1H", undefined],
    ["", undefined],
  ];
  for (const [text, ms] of examples) expect(durationMs(text), text).toBe(ms as number);
  expect(writeDuration(90_500)).toBe("PT90.5S");
});

test("times", () => {
  expect(dateTimeMs("2026-11-22T06:35:51Z")).toBe(Date.UTC(2026, 10, 22, 6, 35, 51));
  expect(dateTimeMs("2026-11-22T06:35:51.25+02:00")).toBe(Date.UTC(2026, 10, 22, 4, 35, 51, 250));
  expect(dateTimeMs("2026-11-22T06:35:51")).toBe(Date.UTC(2026, 10, 22, 6, 35, 51));
  for (const text of ["", "2026-11-22", "2026-13-22T06:35:51Z", "now"]) expect(dateTimeMs(text)).toBeUndefined();
  expect(writeDateTime(1000)).toBe("1970-01-01T00:00:01Z");
  expect(writeDateTime(1250)).toBe("1970-01-01T00:00:01.250Z");
});

test("texts and tokens are bounded and must be there", () => {
  const element = readXml(`<r xmlns:tt="http://www.onvif.org/ver10/schema"><tt:Token>${"t".repeat(65)}</tt:Token></r>`);
  expect(requiredText(element, "tt:Token")).toHaveLength(65);
  refuses(() => requiredToken(element, "tt:Token"));
  refuses(() => requiredText(element, "tt:Name"));
});

test("qualified names are resolved where they stand", () => {
  const element = readXml(`<r xmlns:q="urn:q"/>`);
  expect(resolveName("q:A/B", element)).toBe("{urn:q}A/B");
  expect(resolveName("tns1:VideoSource", element)).toBe("{http://www.onvif.org/ver10/topics}VideoSource");
  expect(resolveName("x:A", element)).toBeUndefined();
});
