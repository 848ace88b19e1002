import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { createFedStore, FED_SETS, type FedStore, HOUR_US, startFedRecording } from "../../../support/fed-recording.ts";
import { until } from "../../../support/until.ts";

const DAY_MS = 86_400_000;

let store: FedStore;
beforeEach(() => {
  store = createFedStore();
});
afterEach(() => rmSync(store.path, { recursive: true, force: true }));

const start = (...options: [splitUs?: number, intervalMs?: number, obeys?: boolean]) =>
  startFedRecording(store, ...options);

test("begins with the keyframe that it asks for, and asks for the next when its fragment is a second long", async () => {
  const { recording, feed, parts, framesIn, ended, forced } = start();
  expect(forced()).toBe(1);
  feed(3, false);
  feed(20, true);
  expect(forced()).toBe(1);
  feed(10, false);
  expect(forced()).toBe(2);
  feed(5, true);
  await recording.stop();
  expect(ended).toEqual([undefined]);
  const [part] = parts();
  expect(part).toMatchObject({ state: "ready", frames: 35, duration_ms: 35 * 40, width: 640, codec: "avc1.42c01e" });
  expect(await framesIn(part?.file ?? "")).toMatchObject({ frames: 35, hasIndex: true });
});

test("a pause leaves no hole in its time, and goes on at a keyframe", async () => {
  const { recording, clock, feed, parts } = start();
  feed(10, true);
  recording.pause();
  feed(50, true);
  clock.advanceMs(60_000);
  recording.resume();
  feed(4, false); // of a GOP that began in the pause
  feed(10, true);
  await recording.stop();
  expect(parts()).toMatchObject([{ frames: 20, duration_ms: 20 * 40 }]);
});

test("what was taken before a pause is on disk while it lasts", async () => {
  const { recording, feed, parts, framesIn } = start();
  feed(10, true);
  recording.pause();
  await until(() => recording.openBytes > 0);
  expect(await framesIn(parts()[0]?.file ?? "")).toMatchObject({ frames: 10, durationMs: 400 });
  await recording.stop();
});

test("a keyframe after a pause that finds no room leaves the pause's end to the next one that does", async () => {
  const { recording, feed, parts } = start();
  feed(8, true, 1_700_000);
  recording.pause();
  recording.resume();
  feed(1, true, 5_000_000); // all at once: the writer had no turn
  expect(recording.framesLost).toBe(1);
  feed(24, false);
  await until(() => recording.openBytes > 0);
  feed(10, true);
  await recording.stop();
  expect(parts()).toMatchObject([{ frames: 18, duration_ms: 18 * 40 }]);
});

test("a clock that jumps changes neither length nor order, and begins no file", async () => {
  const { recording, clock, feed, parts } = start();
  feed(25, true);
  clock.stepWallMs(-DAY_MS);
  feed(25, true);
  clock.stepWallMs(2 * DAY_MS);
  feed(25, true);
  await recording.stop();
  expect(parts()).toMatchObject([{ frames: 75, duration_ms: 3000 }]);
  const [part] = parts();
  expect((part?.end_ms ?? 0) - (part?.start_ms ?? 0)).toBe(3000);
});

test("a part does not come before the one that it follows, though the clock was set back", async () => {
  const { recording, clock, feed, parts } = start(1e6);
  feed(30, true);
  clock.stepWallMs(-DAY_MS);
  feed(10, true);
  await recording.stop();
  const rows = store.table.parts(parts()[0]?.recording_id ?? "");
  expect(rows.map(({ frames }) => frames)).toEqual([30, 10]);
  expect(rows[1]?.start_ms).toBe(rows[0]?.end_ms ?? 0);
});

test("begins a new file at the split and at other parameter sets, with no picture lost between them", async () => {
  const { recording, stream, feed, parts, framesIn } = start(1e6);
  feed(20, true); // 0.8 s
  feed(10, true);
  feed(10, true); // from here on a second is over
  stream.parameters = { ...FED_SETS, pps: Buffer.of(0x68, 0xcf), width: 320, version: 2 };
  feed(10, true);
  await recording.stop();
  const rows = parts();
  expect(rows.map(({ frames, width }) => [frames, width])).toEqual([
    [30, 640],
    [10, 640],
    [10, 320],
  ]);
  expect(new Set(rows.map(({ recording_id }) => recording_id)).size).toBe(1);
  for (const { file, frames } of rows) expect((await framesIn(file)).frames).toBe(frames);
});

test("what the disk is too slow for is lost up to a keyframe that is asked for when there is room, and each frame is counted", async () => {
  const { recording, clock, feed, parts, forced } = start(HOUR_US, undefined, true);
  // all at once: the writer has no turn meanwhile
  feed(9, true, 1_700_000);
  const askedBefore = forced();
  feed(1, true, 1_700_000);
  clock.advanceMs(1000);
  feed(25, false);
  expect(recording.framesLost).toBe(26);
  expect(forced()).toBe(askedBefore);
  await until(() => recording.bytes > 8 * 1_700_000);
  feed(1, false); // asks
  expect(forced()).toBe(askedBefore + 1);
  feed(5, false); // the first one is the keyframe
  await recording.stop();
  expect(recording.framesLost).toBe(27);
  expect(parts()).toMatchObject([{ frames: 14 }]);
});

test("a database that fails with the disk ends the recording, whose file is whole, and the next start mends its row", async () => {
  const { recording, feed, parts, framesIn, ended } = start();
  feed(30, true);
  await recording.started;
  store.database.run("PRAGMA query_only = ON");
  await recording.stop();
  expect(ended).toEqual(["the disk is mounted read-only"]);
  const [part] = parts();
  expect(part?.state).toBe("recording");
  expect((await framesIn(part?.file ?? "")).frames).toBe(30);
});

test("a database that fails before the first row refuses the start, and is told once", async () => {
  const { recording, folder, feed, ended } = start();
  await folder.verify();
  store.database.run("PRAGMA query_only = ON");
  feed(3, true);
  await expect(recording.started).rejects.toThrow();
  await until(() => ended.length > 0);
  expect(ended.length).toBe(1);
});

test("without a picture nothing is left behind", async () => {
  const { recording, feed, parts, ended } = start();
  feed(5, false);
  await recording.stop();
  expect(parts()).toEqual([]);
  expect(ended).toEqual([undefined]);
  expect(recording.started).rejects.toThrow("no picture came");
});
