import { expect, test } from "bun:test";
import { appended, NO_HISTORY } from "../../../../../src/web/views/live/reading-history.ts";

const entry = { latencyMs: 50, fps: 30, mbitPerSecond: 4, lossPercent: 0 };

test("two minutes of looks are kept, oldest first", () => {
  let history = NO_HISTORY;
  for (let second = 1; second <= 200; second += 1)
    history = appended(history, { ...entry, fps: second }, second * 1000);
  expect([history.times.length, history.times[0], history.times.at(-1)]).toEqual([120, 81, 200]);
  expect(Object.values(history.lines).map(({ length }) => length)).toEqual([120, 120, 120, 120]);
  expect([history.lines.fps[0], history.lines.fps.at(-1)]).toEqual([81, 200]);
});

test("a silence is a gap, and what is not known is no value", () => {
  const first = appended(NO_HISTORY, entry, 10_000);
  const soon = appended(first, { ...entry, latencyMs: undefined }, 13_000);
  const late = appended(soon, entry, 20_000);
  expect(late.times).toEqual([10, 13, 14, 20]);
  expect(late.lines.latencyMs).toEqual([50, null, null, 50]);
  expect(late.lines.fps).toEqual([30, 30, null, 30]);
});
