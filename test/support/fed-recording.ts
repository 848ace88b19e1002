import type { Database } from "bun:sqlite";
import { join } from "node:path";
import { createLog } from "../../src/core/log.ts";
import type { AccessUnit } from "../../src/media/access-unit.ts";
import { wholeFragments } from "../../src/media/mp4-fragments.ts";
import { Recording } from "../../src/modules/recordings/recording.ts";
import { RecordingFolder } from "../../src/storage/recording-folder.ts";
import { RecordingTable } from "../../src/storage/recording-table.ts";
import { KeyframeRequests } from "../../src/stream/keyframe-requests.ts";
import type { ParameterSets } from "../../src/stream/parameter-sets.ts";
import { accessUnit } from "./access-unit.ts";
import { createManualTime } from "./manual-scheduler.ts";
import { memoryDatabase } from "./memory-database.ts";
import { temporaryFolder } from "./recording-writer.ts";

const PERIOD_US = 40_000;
/** Longer than any of these recordings. */
export const HOUR_US = 3_600e6;
/** Of the stream that is fed, at first. */
export const FED_SETS: ParameterSets = {
  sps: Buffer.of(0x67, 0x42, 0xc0, 0x1e, 1),
  pps: Buffer.of(0x68, 0xce),
  width: 640,
  height: 360,
  version: 1,
};

/** An empty folder, to be removed by the test, and what lists its files. */
export interface FedStore {
  readonly path: string;
  readonly database: Database;
  readonly table: RecordingTable;
}

/** Makes one. */
export function createFedStore(): FedStore {
  const database = memoryDatabase();
  return { path: temporaryFolder(), database, table: new RecordingTable(database) };
}

/** A recording of a stream that the test feeds. */
export function startFedRecording({ path, table }: FedStore, splitUs = HOUR_US, intervalMs?: number, obeys = false) {
  const { clock, scheduler } = createManualTime();
  let take: (unit: AccessUnit) => void = () => {};
  let forced = 0;
  let ids = 0;
  let isKeyWanted = false;
  const stream = {
    parameters: FED_SETS as ParameterSets | undefined,
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
