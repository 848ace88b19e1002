import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "../../../../src/core/log.ts";
import type { AccessUnit } from "../../../../src/media/access-unit.ts";
import { wholeFragments } from "../../../../src/media/mp4-fragments.ts";
import { Recording } from "../../../../src/modules/recordings/recording.ts";
import { RecordingFolder } from "../../../../src/storage/recording-folder.ts";
import { RecordingTable } from "../../../../src/storage/recording-table.ts";
import { KeyframeRequests } from "../../../../src/stream/keyframe-requests.ts";
import type { ParameterSets } from "../../../../src/stream/parameter-sets.ts";
import { accessUnit } from "../../../support/access-unit.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { memoryDatabase } from "../../../support/memory-database.ts";
import { temporaryFolder } from "../../../support/recording-writer.ts";
import { until } from "../../../support/until.ts";

const PERIOD_US = 40_000;
const HOUR_US = 3_600e6;
const DAY_MS = 86_400_000;
const SETS: ParameterSets = {
  sps: Buffer.of(0x67, 0x42, 0xc0, 0x1e, 1),
  pps: Buffer.of(0x68, 0xce),
  width: 640,
  height: 360,
  version: 1,
};

let path: string;
let database: Database;
let table: RecordingTable;
let ids = 0;
beforeEach(() => {
  path = temporaryFolder();
  database = memoryDatabase();
  table = new RecordingTable(database);
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

/** A recording of a stream that the test feeds. */
function start(splitUs = HOUR_US, intervalMs?: number, obeys = false) {
  const { clock, scheduler } = createManualTime();
  let take: (unit: AccessUnit) => void = () => {};
  let forced = 0;
  let isKeyWanted = false;
  const stream = {
    parameters: SETS as ParameterSets | undefined,
    keyframeRequests: new KeyframeRequests(clock, scheduler, () => {
      forced += 1;
      isKeyWanted = obeys;
    }),
    read: (reader: (unit: AccessUnit) => void) => {
      take = reader;
      return () => {
        take = () => {};
      };
    },
  };
  const folder = new RecordingFolder({
    path,
    volume: () => table.volume(),
    setVolume: (id) => table.setVolume(id),
    newId: () => "volume",
  });
  const ended: (string | undefined)[] = [];
  const recording = new Recording({
    ...{ stream, folder, table, clock, before: [], name: undefined, cause: "manual", intervalMs },
    log: createLog({ level: "error", write: () => {} }, "test"),
    newId: () => `part${++ids}`,
    splitUs: () => splitUs,
    onPart: () => {},
    onEnded: (failure) => void ended.push(failure),
  });
  let frame = 0;
  /** So many pictures at their pace, the first one a keyframe where `isKey`. */
  const feed = (count: number, isKey: boolean, bytes = 100) => {
    for (let index = 0; index < count; index++) {
      clock.advanceMs(PERIOD_US / 1000);
      const nal = new Uint8Array(bytes).fill(frame++ & 0xff);
      const isForced = isKeyWanted;
      isKeyWanted = false;
      nal[0] = isForced || (isKey && index === 0) ? 0x65 : 0x41;
      if (nal[0] === 0x65) stream.keyframeRequests.satisfied();
      take(accessUnit([nal], { captureTimeUs: clock.monotonicUs() }));
    }
  };
  const parts = () => table.list({ limit: 99 }).toReversed();
  const framesIn = async (file: string) => {
    const bytes = await Bun.file(join(path, file)).bytes();
    return await wholeFragments(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);
  };
  return { recording, folder, clock, stream, feed, parts, framesIn, ended, forced: () => forced };
}

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
  const rows = table.parts(parts()[0]?.recording_id ?? "");
  expect(rows.map(({ frames }) => frames)).toEqual([30, 10]);
  expect(rows[1]?.start_ms).toBe(rows[0]?.end_ms ?? 0);
});

test("begins a new file at the split and at other parameter sets, with no picture lost between them", async () => {
  const { recording, stream, feed, parts, framesIn } = start(1e6);
  feed(20, true); // 0.8 s
  feed(10, true);
  feed(10, true); // from here on a second is over
  stream.parameters = { ...SETS, pps: Buffer.of(0x68, 0xcf), width: 320, version: 2 };
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

test("what the disk is too slow for is lost up to a keyframe, and counted", async () => {
  const { recording, feed, parts, forced } = start();
  // all at once: the writer has no turn meanwhile
  feed(10, true, 1_700_000);
  expect(recording.framesLost).toBe(1);
  const askedBefore = forced();
  feed(5, false);
  expect(recording.framesLost).toBe(1);
  expect(forced()).toBeGreaterThanOrEqual(askedBefore);
  await recording.started;
  await Bun.sleep(0);
  feed(5, true);
  await recording.stop();
  expect(parts()[0]?.frames).toBeGreaterThanOrEqual(9);
  expect(recording.framesLost).toBeGreaterThanOrEqual(1);
});

test("a database that fails with the disk ends the recording, whose file is whole, and the next start mends its row", async () => {
  const { recording, feed, parts, framesIn, ended } = start();
  feed(30, true);
  await recording.started;
  database.run("PRAGMA query_only = ON");
  await recording.stop();
  expect(ended).toEqual(["the disk is mounted read-only"]);
  const [part] = parts();
  expect(part?.state).toBe("recording");
  expect((await framesIn(part?.file ?? "")).frames).toBe(30);
});

test("a database that fails before the first row refuses the start, and is told once", async () => {
  const { recording, folder, feed, ended } = start();
  await folder.verify();
  database.run("PRAGMA query_only = ON");
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
