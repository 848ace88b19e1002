import { describe, expect, test } from "bun:test";
import {
  aroundDefault,
  type ControlRange,
  linear,
  multiple,
  percentAroundDefault,
  type Scale,
} from "../../../../src/camera/controls/scale.ts";
import { SeededRandom } from "../../../support/seeded-random.ts";

const RANGES = 3000;
/** How drivers round what they are given: the kernel's control framework keeps the maximum, uvcvideo does not. */
const DRIVERS: Readonly<Record<string, (raw: number, range: ControlRange) => number>> = {
  framework: (raw, { minimum, maximum, step }) =>
    raw >= maximum - Math.floor(step / 2) ? maximum : minimum + Math.floor((raw - minimum + step / 2) / step) * step,
  uvcvideo: (raw, { minimum, maximum, step }) =>
    Math.min(maximum, Math.max(minimum, minimum + Math.floor((raw - minimum + step / 2) / step) * step)),
};

function anyRange(random: SeededRandom): ControlRange {
  const widths = [1, 2, 5, 7, 49, 50, 51, 99, 100, 101, 127, 255, 1000, 4095, 65_535, 10_000_000, 2 ** 40, 2 ** 53];
  const width = random.pick(widths);
  const origins = [0, 1, -64, -100, -(width / 2), 300, -(2 ** 31)].filter((origin) => origin + width < 2 ** 53);
  const minimum = Math.trunc(random.pick(origins));
  const maximum = minimum + width;
  const step = random.pick([0, 1, 1, 1, 2, 3, 5, 8, 16, width]);
  const share = random.pick([0, 1, 0.5, random.next(), random.next()]);
  // a driver whose default is no step of its range is not even consistent with itself
  const steps = Math.floor((share * width) / Math.max(1, step));
  return { minimum, maximum, step, default: minimum + steps * Math.max(1, step) };
}

/** Every whole value of a scale keeps what makes it usable, whatever the driver rounds. */
function check(scale: Scale, range: ControlRange, lowest: number, highest: number, driver: string): void {
  const round = DRIVERS[driver];
  if (round === undefined) throw new Error(driver);
  let before = Number.NEGATIVE_INFINITY;
  for (let value = lowest; value <= highest; value++) {
    const raw = scale.toRaw(value);
    const held = range.step > 1 ? round(raw, range) : raw;
    const shown = scale.toValue(held);
    if (!Number.isSafeInteger(raw) || raw < range.minimum || raw > range.maximum || raw < before)
      throw new Error(`${value} becomes ${raw} after ${before}`);
    before = raw;
    const again = range.step > 1 ? round(scale.toRaw(shown), range) : scale.toRaw(shown);
    if (scale.toValue(again) !== shown) throw new Error(`${value} reads ${shown}, which then reads ${again}`);
    if (scale.toRaw(value) !== raw) throw new Error(`${value} is not the same twice`);
  }
}

const text = (range: ControlRange, driver: string) => `${JSON.stringify(range)} on ${driver}`;

describe("scales of many controls", () => {
  const random = new SeededRandom(20_261_125);
  const ranges = Array.from({ length: RANGES }, () => anyRange(random));
  const cases = ranges.flatMap((range) => Object.keys(DRIVERS).map((driver) => ({ range, driver })));
  const failures = (build: (range: ControlRange) => Scale, lowest: number, highest: number) =>
    cases.flatMap(({ range, driver }) => {
      try {
        check(build(range), range, lowest, highest, driver);
        return [];
      } catch (error) {
        return [`${text(range, driver)}: ${error}`];
      }
    });

  test("0–100 around the default rise, stay in range and come back as they were read", () => {
    expect(failures(percentAroundDefault, 0, 100)).toEqual([]);
  });

  test("0–100 from end to end likewise", () => {
    expect(failures((range) => linear(range, 0, 100), 0, 100)).toEqual([]);
  });

  test("−180–180 around the default likewise", () => {
    const hue = (range: ControlRange) => aroundDefault(range, { lowest: -180, middle: 0, highest: 180 }, 1);
    expect(failures(hue, -180, 180)).toEqual([]);
  });

  test("the camera's default is 50 and 50 is the default; the ends are 0 and 100", () => {
    for (const range of ranges) {
      const scale = percentAroundDefault(range);
      expect([scale.toRaw(50), scale.toValue(range.default)]).toEqual([range.default, 50]);
      if (range.default > range.minimum)
        expect([scale.toRaw(0), scale.toValue(range.minimum)]).toEqual([range.minimum, 0]);
      if (range.default < range.maximum)
        expect([scale.toRaw(100), scale.toValue(range.maximum)]).toEqual([range.maximum, 100]);
    }
  });

  test("what the default reads as is the default, however coarse the values; the ends stay the ends", () => {
    for (const range of ranges) {
      const scale = linear(range, 0, 100);
      const value = scale.toValue(range.default);
      if (value > 0 && value < 100) expect({ range, raw: scale.toRaw(value) }).toEqual({ range, raw: range.default });
      if (range.maximum > range.minimum)
        expect([scale.toRaw(0), scale.toRaw(100)]).toEqual([range.minimum, range.maximum]);
    }
  });

  test("what the control can hold is found again where values are not coarser than it", () => {
    for (const range of ranges.filter(({ minimum, maximum }) => maximum - minimum <= 100)) {
      const scale = linear(range, 0, 100);
      const step = Math.max(1, range.step);
      for (let raw = range.minimum; raw <= range.maximum; raw += step) {
        expect({ range, raw: scale.toRaw(scale.toValue(raw)) }).toEqual({ range, raw });
      }
    }
  });
});

describe("single scales", () => {
  const brightness = percentAroundDefault({ minimum: -64, maximum: 64, step: 1, default: 0 });

  test.each([
    [0, -64],
    [25, -32],
    [50, 0],
    [75, 32],
    [100, 64],
  ])("%i of −64…64 is %i", (value, raw) => {
    expect([brightness.toRaw(value), brightness.toValue(raw)]).toEqual([raw, value]);
  });

  test("a coarse control answers what it made of a value, and keeps that", () => {
    const coarse = percentAroundDefault({ minimum: 0, maximum: 15, step: 1, default: 8 });
    expect(coarse.toValue(coarse.toRaw(75))).toBe(79);
    expect(coarse.toValue(coarse.toRaw(79))).toBe(79);
  });

  test("a default at an end leaves the half beside it empty", () => {
    const low = percentAroundDefault({ minimum: 0, maximum: 255, step: 1, default: 0 });
    expect([0, 30, 50, 75, 100].map(low.toRaw)).toEqual([0, 0, 0, 128, 255]);
    const high = percentAroundDefault({ minimum: 0, maximum: 255, step: 1, default: 255 });
    expect([0, 25, 50, 75, 100].map(high.toRaw)).toEqual([0, 128, 255, 255, 255]);
    expect([low.toValue(0), high.toValue(255)]).toEqual([50, 50]);
  });

  test("a control that holds one value is 50, or the lowest", () => {
    const range = { minimum: 7, maximum: 7, step: 1, default: 7 };
    expect([0, 50, 100].map(percentAroundDefault(range).toRaw)).toEqual([7, 7, 7]);
    expect(percentAroundDefault(range).toValue(7)).toBe(50);
    expect(linear(range, 0, 100).toValue(7)).toBe(0);
  });

  test("the whole range of a 64-bit control stays within exact numbers", () => {
    const scale = percentAroundDefault({ minimum: -(2 ** 63), maximum: 2 ** 63, step: 1, default: 0 });
    expect([0, 50, 100].map(scale.toRaw)).toEqual([Number.MIN_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER]);
    expect([-(2 ** 63), 0, 2 ** 63].map(scale.toValue)).toEqual([0, 50, 100]);
  });

  test("exposures are microseconds in steps of 100", () => {
    const exposure = multiple({ minimum: 3, maximum: 2047, step: 1, default: 250 }, 100, 1, 1_000_000);
    expect(exposure.toValue(exposure.toRaw(33_333))).toBe(33_300);
    expect([exposure.toRaw(1), exposure.toRaw(1_000_000)]).toEqual([3, 2047]);
    const long = multiple({ minimum: 0, maximum: 100_000, step: 1, default: 0 }, 100, 1, 1_000_000);
    expect([long.toValue(0), long.toValue(100_000)]).toEqual([1, 1_000_000]);
  });

  test("thousandths have no rest of binary fractions", () => {
    const zoom = linear({ minimum: 0, maximum: 3, step: 1, default: 0 }, 1, 10, 1000);
    expect([0, 1, 2, 3].map(zoom.toValue)).toEqual([1, 4, 7, 10]);
    const pan = aroundDefault(
      { minimum: -7, maximum: 7, step: 1, default: 0 },
      { lowest: -1, middle: 0, highest: 1 },
      1000,
    );
    expect([-7, -1, 0, 1].map(pan.toValue)).toEqual([-1, -0.143, 0, 0.143]);
  });
});
