import { expect, test } from "bun:test";
import { dayName, dayNamed, daysLater, daysOfMonth } from "../../../../../src/web/views/recordings/day.ts";
import { motionSpans } from "../../../../../src/web/views/recordings/day-content.ts";
import {
  momentAt,
  type Recording,
  recordingAt,
  secondAt,
} from "../../../../../src/web/views/recordings/recording-time.ts";

const recording = (part: Partial<Recording>): Recording => ({
  ...{ id: "a", recording_id: "a", kind: "video", mode: "video", filename: "a.mp4", state: "ready", start: 10_000 },
  ...{ end: 30_000, duration: 20, duration_ms: 20_000, file_size: 1, resolution: "1x1", fps: 30, codec: "avc1" },
  ...{ trigger: "manual", tags: [], ...part },
});

test("moments and seconds of the file fit each other, also in a time-lapse", () => {
  expect(secondAt(recording({}), 15_000)).toBe(5);
  const lapse = recording({ mode: "timelapse", duration: 2 });
  expect(secondAt(lapse, 20_000)).toBe(1);
  expect(momentAt(lapse, 1)).toBe(20_000);
  expect(secondAt(lapse, 99_000)).toBe(2);
});

test("of several recordings of a moment the newest shows it, none whose file is gone", () => {
  const all = [
    recording({}),
    recording({ id: "b", start: 20_000 }),
    recording({ id: "c", start: 21_000, state: "missing" }),
  ];
  expect(recordingAt(all, 25_000)?.id).toBe("b");
  expect(recordingAt(all, 15_000)?.id).toBe("a");
  expect(recordingAt(all, 31_000)).toBeUndefined();
});

test("motion that began before what is kept, or has not ended, is motion too", () => {
  const day = { fromMs: 100, toMs: 1000 };
  const event = (kind: string, time: number) => ({ event: `motion-${kind}`, time });
  expect(
    motionSpans([event("start", 700), event("stop", 300), event("start", 200), event("stop", 150)], day, 800),
  ).toEqual([
    { fromMs: 150, toMs: 150 },
    { fromMs: 200, toMs: 300 },
    { fromMs: 700, toMs: 800 },
  ]);
});

test("days have names that lead back, and months their days", () => {
  const day = dayNamed("2026-02-28") ?? 0;
  expect(dayName(daysLater(day, 1))).toBe("2026-03-01");
  expect(daysOfMonth(day)).toHaveLength(28);
  for (const nonsense of ["2026-02-30", "2026-2-3", "today", ""]) expect(dayNamed(nonsense)).toBeUndefined();
});
