import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import type { Recording } from "../../../../src/modules/recordings/recording.ts";
import { createFedStore, type FedStore, HOUR_US, startFedRecording } from "../../../support/fed-recording.ts";
import { until } from "../../../support/until.ts";

let store: FedStore;
beforeEach(() => {
  store = createFedStore();
});
afterEach(() => rmSync(store.path, { recursive: true, force: true }));

const start = (...options: [splitUs?: number, intervalMs?: number, obeys?: boolean]) =>
  startFedRecording(store, ...options);

/** Until what was taken is on disk. */
const written = (recording: Recording, bytes: number) => until(() => recording.openBytes > bytes);

test("a time-lapse has a picture each interval, whatever comes between, and plays 30 a second", async () => {
  const { recording, feed, parts, framesIn, forced } = start(HOUR_US, 1000, true);
  for (let second = 0; second < 10; second++) feed(25, second % 3 === 0);
  expect(forced()).toBe(11); // the last one is the next picture
  await recording.stop();
  const [part] = parts();
  expect(part).toMatchObject({ state: "ready", frames: 10, duration_ms: 333, interval_ms: 1000 });
  expect((part?.end_ms ?? 0) - (part?.start_ms ?? 0)).toBe(9000 + 33);
  expect(await framesIn(part?.file ?? "")).toMatchObject({ frames: 10, durationMs: 333, hasIndex: true });
});

test("each picture of a time-lapse is on disk before the next one comes", async () => {
  const { recording, feed, parts, framesIn } = start(HOUR_US, 60_000, true);
  for (let frames = 1; frames <= 3; frames++) {
    const before = recording.openBytes;
    feed(25, frames === 1);
    await written(recording, before);
    expect(await framesIn(parts()[0]?.file ?? "")).toMatchObject({
      frames,
      durationMs: Math.round((frames * 1000) / 30),
    });
    feed(59 * 25, false);
  }
  await recording.stop();
});

test("a time-lapse of a camera that ignores requests takes its next keyframe, and no other", async () => {
  const { recording, feed, parts } = start(HOUR_US, 1000);
  for (let gop = 0; gop < 12; gop++) feed(10, true); // 0.4 s each
  for (let gop = 0; gop < 3; gop++) feed(100, true); // 4 s each
  await recording.stop();
  // at 0, 1.2, 2, 3.2, 4, then 8.8 and 12.8
  expect(parts()).toMatchObject([{ frames: 7, duration_ms: 233 }]);
});

test("pictures of a time-lapse that find no room are not asked for again before the next is due", async () => {
  const { recording, feed, parts, forced } = start(HOUR_US, 1000, true);
  feed(1, true, 17 << 20);
  const askedBefore = forced();
  for (let second = 0; second < 4; second++) {
    feed(24, false);
    feed(1, false, 17 << 20);
  }
  expect(forced() - askedBefore).toBe(4);
  expect(recording.framesLost).toBe(5);
  await recording.stop();
  expect(parts()).toEqual([]);
});

test("the pauses of a time-lapse leave no hole, and it goes on with the next picture", async () => {
  const { recording, feed, parts, forced } = start(HOUR_US, 10_000, true);
  feed(300, true); // 0 and 10 s
  recording.pause();
  feed(1000, true);
  const forcedBefore = forced();
  recording.resume();
  expect(forced()).toBe(forcedBefore + 1);
  feed(260, false); // at once, and 10 s later
  await recording.stop();
  expect(parts()).toMatchObject([{ frames: 4, duration_ms: 133 }]);
  expect((parts()[0]?.end_ms ?? 0) - (parts()[0]?.start_ms ?? 0)).toBe(62_000 + 33);
});

test("a time-lapse begins a new file when the one before is long enough to play", async () => {
  const { recording, feed, parts } = start(1e5, 1000, true); // 3 pictures
  for (let second = 0; second < 10; second++) feed(25, second === 0);
  await recording.stop();
  expect(parts().map(({ frames }) => frames)).toEqual([4, 4, 2]);
});
