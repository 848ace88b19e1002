import { expect, test } from "bun:test";
import { areInForce, settable } from "../../../../../src/web/views/control/batch.ts";
import { readPresets } from "../../../../../src/web/views/control/browser-presets.ts";
import { KNOBS } from "../../../../../src/web/views/control/setting-groups.ts";
import { createScale } from "../../../../../src/web/views/control/slider-scale.ts";
import { subSizes } from "../../../../../src/web/views/control/sub-sizes.ts";

test("what an automatic decides is left to it, and set by hand where it is off", () => {
  const by = { brightness: 40, "auto-exposure": true, exposure: 500, gain: 3, "auto-focus": false, focus: 7 };
  expect(settable(by)).toEqual({ brightness: 40, "auto-exposure": true, "auto-focus": false, focus: 7 });
  expect(settable({ exposure: 500 })).toEqual({ exposure: 500 });
  expect(areInForce(by, { ...by, exposure: 9000 })).toBe(true);
  expect(areInForce(by, { ...by, focus: 8 })).toBe(false);
});

test("values are the same whatever the order of their members", () => {
  const overlay = { enabled: true, position: "top-left", format: "", text: "x" };
  const turned = { text: "x", format: "", position: "top-left", enabled: true };
  expect(areInForce({ overlay }, { overlay: turned })).toBe(true);
  expect(areInForce({ overlay }, { overlay: { ...turned, text: "y" } })).toBe(false);
  expect(areInForce({ overlay }, {})).toBe(false);
});

test("a logarithmic slider reaches both ends, and round values between", () => {
  const scale = createScale(100, 50_000, 1, true);
  expect([scale.toValue(scale.minimum), scale.toValue(scale.maximum)]).toEqual([100, 50_000]);
  for (const value of [100, 500, 4000, 50_000])
    expect(Math.abs(scale.toValue(scale.toPlace(value)) / value - 1)).toBeLessThan(0.03);
  const values = Array.from({ length: scale.maximum + 1 }, (_, place) => scale.toValue(place));
  expect(values.every((value) => Number.isInteger(value) && Number(value.toPrecision(2)) === value)).toBe(true);
  expect(values.toSorted((a, b) => a - b)).toEqual(values);
  expect(createScale(0, 100, 5, false)).toMatchObject({ minimum: 0, maximum: 100, step: 5 });
});

test("sizes for the second stream fit into the first, have even sides, and hold the present one", () => {
  const sizes = subSizes("642x362", "1280x720", ["1920x1080", "1280x720", "640x480", "50x50"]);
  expect(sizes).toEqual(["1280x720", "640x480", "642x362", "640x360", "320x180"]);
});

test("of what a browser kept, whatever it is, only presets come back", () => {
  const preset = { id: "1", name: "<b>Nacht</b>", values: { brightness: 10, nonsense: 1 } };
  expect(
    readPresets([
      preset,
      null,
      3,
      "x",
      { id: 1, name: "n", values: {} },
      { id: "2", name: "n" },
      { ...preset, values: { x: 1 } },
    ]),
  ).toEqual([{ ...preset, values: { brightness: 10 } }]);
  expect(readPresets({})).toEqual([]);
  expect(new Set(KNOBS).size).toBe(KNOBS.length);
});
