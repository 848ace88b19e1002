import { expect, test } from "bun:test";
import { type RecordingRow, RecordingTable } from "../../../src/storage/recording-table.ts";
import { memoryDatabase } from "../../support/memory-database.ts";

function tableOf(...rows: readonly Partial<RecordingRow>[]): RecordingTable {
  const table = new RecordingTable(memoryDatabase());
  for (const [index, row] of rows.entries()) {
    const id = `id${index}`;
    table.add({
      ...{ id, recording_id: id, kind: "video", file: `${id}.mp4`, name: id, state: "ready", start_ms: 0, end_ms: 0 },
      ...{ duration_ms: 1000, bytes: 100, width: 1, height: 1, frames: 1, codec: "avc1", cause: "manual" },
      ...{ missing_since_ms: null, interval_ms: null, ...row },
    });
  }
  return table;
}

test("counts what begins within a time, its end not included", () => {
  const snapshot = { kind: "snapshot", duration_ms: 0, bytes: 7 } as const;
  const table = tableOf(
    { start_ms: 9 },
    { start_ms: 10 },
    { ...snapshot, start_ms: 11 },
    { ...snapshot, start_ms: 19 },
    { start_ms: 20 },
  );
  expect(table.counts(10, 20)).toEqual({ videos: 1, snapshots: 2, duration_ms: 1000, bytes: 114 });
  expect(table.counts(30, 40)).toEqual({ videos: 0, snapshots: 0, duration_ms: 0, bytes: 0 });
});

test("the rate is that of whole videos at their own pace", () => {
  const others = [{ interval_ms: 1000 }, { state: "damaged" }, { kind: "snapshot", duration_ms: 0 }] as const;
  expect(tableOf(...others).bytesPerSecond()).toBeUndefined();
  expect(tableOf(...others, { bytes: 300 }, { bytes: 100 }).bytesPerSecond()).toBe(200);
});
