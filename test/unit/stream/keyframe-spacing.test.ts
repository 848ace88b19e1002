import { expect, test } from "bun:test";
import { KeyframeSpacing } from "../../../src/stream/keyframe-spacing.ts";

test("the longest of the last distances counts, and the one that is not over yet", () => {
  const spacing = new KeyframeSpacing();
  expect(spacing.longestUs(5)).toBeUndefined();
  for (const atUs of [100, 1100, 5100, 6100]) spacing.note(atUs);
  expect(spacing.longestUs(6200)).toBe(4000);
  expect(spacing.longestUs(16_100)).toBe(10_000);
  for (let index = 1; index <= 8; index++) spacing.note(6100 + index * 500);
  expect(spacing.longestUs(10_200)).toBe(500);
  spacing.reset();
  expect(spacing.longestUs(10_200)).toBeUndefined();
  spacing.note(11_000);
  expect(spacing.longestUs(11_300)).toBe(300);
});
