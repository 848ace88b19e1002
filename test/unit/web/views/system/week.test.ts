import { expect, test } from "bun:test";
import { coverage, painted, weekOf, windowsOf, withWindow } from "../../../../../src/web/views/system/week.ts";

const EMPTY = weekOf([]);

test("windows become spans of days, over midnight too, and the other way round", () => {
  const week = weekOf([
    { day: 1, from: "08:00", to: "12:00" },
    { day: 1, from: "11:30", to: "18:05" },
    { day: 6, from: "22:00", to: "06:00" },
    { day: 3, from: "00:00", to: "00:00" },
  ]);
  expect(windowsOf(week)).toEqual([
    { day: 0, from: "00:00", to: "06:00" },
    { day: 1, from: "08:00", to: "18:05" },
    { day: 3, from: "00:00", to: "24:00" },
    { day: 6, from: "22:00", to: "24:00" },
  ]);
});

test("painting adds, cuts and joins", () => {
  const all = painted(EMPTY, 2, { from: 0, to: 1440 }, true);
  const cut = painted(all, 2, { from: 600, to: 660 }, false);
  expect(cut[2]).toEqual([
    { from: 0, to: 600 },
    { from: 660, to: 1440 },
  ]);
  expect(painted(cut, 2, { from: 600, to: 660 }, true)).toEqual(all);
  expect(painted(cut, 2, { from: 0, to: 1440 }, false)).toEqual(EMPTY);
});

test("an hour is recorded, not, or in part", () => {
  const week = withWindow(EMPTY, 5, "23:30", "02:00");
  expect([22, 23].map((hour) => coverage(week, 5, hour))).toEqual(["none", "part"]);
  expect([0, 1, 2].map((hour) => coverage(week, 6, hour))).toEqual(["all", "all", "none"]);
});
