import { expect, test } from "bun:test";
import {
  blocks,
  moved,
  percentAt,
  revealing,
  ticks,
  zoomed,
} from "../../../../../src/web/views/recordings/timeline-scale.ts";

const HOUR_MS = 3_600_000;
const DAY = { fromMs: 0, toMs: 24 * HOUR_MS };

test("zooming keeps the moment under the pointer where it is, within the day", () => {
  const half = zoomed(DAY, DAY, 0.5, 6 * HOUR_MS);
  expect(half).toEqual({ fromMs: 3 * HOUR_MS, toMs: 15 * HOUR_MS });
  expect(percentAt(half, 6 * HOUR_MS)).toBe(percentAt(DAY, 6 * HOUR_MS));
  expect(zoomed(half, DAY, 100, HOUR_MS)).toEqual(DAY);
  const closest = zoomed(DAY, DAY, 1e-9, DAY.toMs);
  expect([closest.toMs, closest.toMs - closest.fromMs]).toEqual([DAY.toMs, 30_000]);
});

test("moving stops at the ends of the day, and what is seen is not moved to", () => {
  const shown = { fromMs: HOUR_MS, toMs: 3 * HOUR_MS };
  expect(moved(shown, DAY, -5 * HOUR_MS)).toEqual({ fromMs: 0, toMs: 2 * HOUR_MS });
  expect(revealing(shown, DAY, 2 * HOUR_MS)).toBe(shown);
  expect(revealing(shown, DAY, 10 * HOUR_MS)).toEqual({ fromMs: 9 * HOUR_MS, toMs: 11 * HOUR_MS });
});

test("ticks stand at even times, and are never more than asked for", () => {
  expect(ticks(DAY, DAY, 9).map((each) => each / HOUR_MS)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24]);
  for (let factor = 1; factor > 1e-4; factor /= 1.7) {
    const shown = zoomed(DAY, DAY, factor, 7.3 * HOUR_MS);
    expect(ticks(shown, DAY, 9).length).toBeLessThanOrEqual(10);
    expect(ticks(shown, DAY, 9).length).toBeGreaterThan(1);
  }
});

test("thousands of recordings draw no more blocks than the line can show", () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({ fromMs: index * 4000, toMs: index * 4000 + 2000 }));
  expect(blocks(many, DAY).length).toBeLessThanOrEqual(1001);
  const two = [
    { fromMs: 8 * HOUR_MS, toMs: 9 * HOUR_MS },
    { fromMs: -HOUR_MS, toMs: HOUR_MS },
  ];
  expect(blocks(two, DAY)).toEqual([
    { fromMs: 0, toMs: HOUR_MS },
    { fromMs: 8 * HOUR_MS, toMs: 9 * HOUR_MS },
  ]);
});
