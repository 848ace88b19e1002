import { beforeEach, describe, expect, test } from "bun:test";
import { createLog } from "../../../../src/core/log.ts";
import { isScheduled, RecordingSchedule, type WeekTime } from "../../../../src/modules/recordings/schedule.ts";
import type { RecordingRow } from "../../../../src/storage/recording-table.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const at = (day: number, time: string): WeekTime => {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return { day, minute: hour * 60 + minute };
};

describe("a window", () => {
  test.each([
    [{ day: 1, from: "08:00", to: "18:00" }, at(1, "08:00"), true],
    [{ day: 1, from: "08:00", to: "18:00" }, at(1, "17:59"), true],
    [{ day: 1, from: "08:00", to: "18:00" }, at(1, "18:00"), false],
    [{ day: 1, from: "08:00", to: "18:00" }, at(1, "07:59"), false],
    [{ day: 1, from: "08:00", to: "18:00" }, at(2, "12:00"), false],
    [{ day: 1, from: "20:00", to: "24:00" }, at(1, "23:59"), true],
    [{ day: 1, from: "20:00", to: "24:00" }, at(2, "00:00"), false],
    [{ day: 6, from: "22:00", to: "06:00" }, at(0, "05:59"), true],
    [{ day: 6, from: "22:00", to: "06:00" }, at(0, "06:00"), false],
    [{ day: 6, from: "22:00", to: "06:00" }, at(6, "05:00"), false],
    [{ day: 3, from: "10:00", to: "10:00" }, at(4, "09:59"), true],
  ])("%p at %p: %p", (window, now, expected) => {
    expect(isScheduled([window], now)).toBe(expected);
  });
});

describe("recording by schedule", () => {
  const { scheduler, advanceMs } = createManualTime();
  let now = at(1, "00:00");
  let state: "off" | "recording" = "off";
  let cause: string | undefined;
  let canStart = true;
  const calls: string[] = [];
  const recorder = {
    get state() {
      return state;
    },
    get cause() {
      return cause;
    },
    start: async (_order: unknown, why?: string) => {
      calls.push("start");
      if (!canStart) throw new Error("no disk");
      state = "recording";
      cause = why;
      return {} as RecordingRow;
    },
    stop: async () => {
      calls.push("stop");
      state = "off";
      return { row: {} as RecordingRow, parts: [] };
    },
  };
  const log = createLog({ level: "error", write: () => {} }, "test");
  const schedule = new RecordingSchedule({ recorder, scheduler, log, now: () => now });
  schedule.windows = [{ day: 1, from: "08:00", to: "09:00" }];
  const passTo = async (time: string) => {
    now = at(1, time);
    advanceMs(1000);
    await Promise.resolve();
    await Promise.resolve();
  };
  beforeEach(async () => {
    state = "off";
    canStart = true;
    await passTo("00:00");
    calls.length = 0;
  });

  test("begins and ends with its window", async () => {
    await passTo("08:00");
    await passTo("08:30");
    await passTo("09:00");
    await passTo("09:01");
    expect(calls).toEqual(["start", "stop"]);
  });

  test("leaves it at that when somebody ends it within the window", async () => {
    await passTo("08:00");
    state = "off";
    await passTo("08:30");
    expect(calls).toEqual(["start"]);
  });

  test("leaves recordings of others alone, and begins after them", async () => {
    state = "recording";
    cause = "manual";
    await passTo("08:00");
    expect(calls).toEqual([]);
    state = "off";
    await passTo("08:30");
    expect(calls).toEqual(["start"]);
    cause = "manual"; // ended, and begun by hand
    await passTo("09:00");
    expect(calls).toEqual(["start"]);
  });

  test("tries again half a minute after it failed", async () => {
    canStart = false;
    await passTo("08:00");
    for (let second = 0; second < 28; second++) await passTo("08:01");
    expect(calls).toEqual(["start"]);
    canStart = true;
    for (let second = 0; second < 3; second++) await passTo("08:02");
    expect(calls).toEqual(["start", "start"]);
  });
});
