import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createLog } from "../../../../src/core/log.ts";
import { createLibrary } from "../../../../src/modules/recordings/library.ts";
import { recover } from "../../../../src/modules/recordings/recovery.ts";
import { preview, type RetentionRules, tidy } from "../../../../src/modules/recordings/retention.ts";
import { RecordingFolder } from "../../../../src/storage/recording-folder.ts";
import { type RecordingRow, RecordingTable } from "../../../../src/storage/recording-table.ts";
import { memoryDatabase } from "../../../support/memory-database.ts";
import { temporaryFolder, writeRecording } from "../../../support/recording-writer.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 25, 12);
const KEEP_ALL: RetentionRules = {
  minFreeBytes: 0,
  minFreePercent: 0,
  days: 0,
  bytes: 0,
  overwrite: false,
  deleteTagged: false,
};

let path: string;
let table: RecordingTable;
let folder: RecordingFolder;
let ids = 0;
const newId = () => `id${++ids}`;
const log = createLog({ level: "error", write: () => {} }, "test");

beforeEach(async () => {
  path = temporaryFolder();
  table = new RecordingTable(memoryDatabase());
  folder = new RecordingFolder({
    path,
    volume: () => table.volume(),
    setVolume: (id) => table.setVolume(id),
    newId,
  });
  await folder.verify();
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const recoverAt = (nowMs: number) =>
  recover({ folder, table, log, newId, nowMs: () => nowMs, isInUse: (id) => id === "in use" });
const tidyWith = (rules: Partial<RetentionRules>) =>
  tidy({ folder, table, log, nowMs: () => NOW_MS, rules: () => ({ ...KEEP_ALL, ...rules }) });

function addRow(id: string, startMs: number, more: Partial<RecordingRow> = {}): RecordingRow {
  const row: RecordingRow = {
    ...{ id, recording_id: id, kind: "video", file: `2026/11/01/${id}.mp4`, name: id, state: "ready" },
    ...{ start_ms: startMs, end_ms: startMs, duration_ms: 0, bytes: 1000, width: 1, height: 1, frames: 1 },
    ...{ codec: "avc1", cause: "manual", missing_since_ms: null, interval_ms: null },
    ...more,
  };
  table.add(row);
  return row;
}

function addFile(row: RecordingRow): void {
  mkdirSync(dirname(join(path, row.file)), { recursive: true });
  writeFileSync(join(path, row.file), new Uint8Array(row.bytes));
}

test("after a crash a part is cut to its whole fragments, an empty one goes, and one in use is left alone", async () => {
  const rows = ["cut", "empty", "in use"].map((id) => addRow(id, NOW_MS, { state: "recording", end_ms: null }));
  mkdirSync(join(path, "2026/11/01"), { recursive: true });
  for (const { file } of rows) await writeRecording(join(path, file), [10, 5, 5]);
  const sizes = rows.map(({ file }) => Bun.file(join(path, file)).size);
  truncateSync(join(path, rows[0]?.file ?? ""), (sizes[0] ?? 0) - 200); // inside the third fragment or the index
  truncateSync(join(path, rows[1]?.file ?? ""), 30);
  expect(await recoverAt(NOW_MS)).toMatchObject({ mended: 1, empty: 1, found: 0, missing: 0 });
  expect(table.find("cut")).toMatchObject({ state: "ready", width: 640 });
  expect([10, 15, 20]).toContain(table.find("cut")?.frames ?? 0);
  expect(Bun.file(join(path, rows[0]?.file ?? "")).size).toBe(table.find("cut")?.bytes ?? -1);
  expect(table.find("empty")).toBeUndefined();
  expect(existsSync(join(path, rows[1]?.file ?? ""))).toBe(false);
  expect(table.find("in use")).toMatchObject({ state: "recording" });
  expect(Bun.file(join(path, rows[2]?.file ?? "")).size).toBe(sizes[2] ?? 0);
});

test("files without a row are taken up once, others are left alone", async () => {
  mkdirSync(join(path, "2026/10/31"), { recursive: true });
  await writeRecording(join(path, "2026/10/31/recording_20261031_235959-2.mp4"), [25]);
  writeFileSync(join(path, "2026/10/31/recording_20261031_235959.mp4.part"), "x");
  writeFileSync(join(path, "2026/10/31/recording_20261031_120000.mp4"), "of somebody else");
  writeFileSync(join(path, "2026/10/31/holiday.mp4"), "x");
  expect((await recoverAt(NOW_MS)).found).toBe(1);
  expect((await recoverAt(NOW_MS)).found).toBe(0);
  expect(table.list({ limit: 9 })).toMatchObject([
    { cause: "found", start_ms: Date.UTC(2026, 9, 31, 23, 59, 59), duration_ms: 1000, frames: 25 },
  ]);
  expect(existsSync(join(path, "2026/10/31/holiday.mp4"))).toBe(true);
  expect(existsSync(join(path, "2026/10/31/recording_20261031_120000.mp4"))).toBe(true);
});

test("a row whose file is gone is missing for 30 days, unless the file comes back", async () => {
  const row = addRow("lost", NOW_MS, { state: "recording" });
  expect((await recoverAt(NOW_MS)).missing).toBe(1);
  expect(table.find("lost")).toMatchObject({ state: "missing", missing_since_ms: NOW_MS });
  expect((await recoverAt(NOW_MS + 29 * DAY_MS)).purged).toBe(0);
  mkdirSync(join(path, "2026/11/01"), { recursive: true });
  await writeRecording(join(path, row.file), [5]);
  expect((await recoverAt(NOW_MS + 29 * DAY_MS)).mended).toBe(1);
  rmSync(join(path, row.file));
  table.markMissing("lost", NOW_MS);
  expect((await recoverAt(NOW_MS + 31 * DAY_MS)).purged).toBe(1);
  expect(table.find("lost")).toBeUndefined();
});

test("a snapshot whose file comes back is ready again", async () => {
  const row = addRow("picture", NOW_MS, { kind: "snapshot", file: "2026/11/01/picture.jpg", state: "missing" });
  addFile(row);
  expect((await recoverAt(NOW_MS)).mended).toBe(1);
  expect(table.find("picture")).toMatchObject({ state: "ready", bytes: 1000 });
  expect(existsSync(join(path, row.file))).toBe(true);
});

test("another disk in the folder's place is never looked at, written to or deleted from", async () => {
  addFile(addRow("old", NOW_MS - 99 * DAY_MS));
  writeFileSync(join(path, ".rotordream-volume"), "another");
  for (const work of [() => recoverAt(NOW_MS), () => tidyWith({ days: 1 }), () => folder.verify()])
    expect(work()).rejects.toMatchObject({ kind: "unavailable" });
  expect(existsSync(join(path, "2026/11/01/old.mp4"))).toBe(true);
});

test("retention deletes what is too old or too much, oldest first, and tagged ones only where told to", async () => {
  for (const [id, days] of [
    ["oldest", 40],
    ["tagged", 39],
    ["older", 20],
    ["newest", 1],
  ] as const)
    addFile(addRow(id, NOW_MS - days * DAY_MS));
  table.addTag("tagged", { time_ms: 0, title: "keep", note: "", category: "" });
  expect(await tidyWith({})).toBe(0);
  expect(await tidyWith({ days: 30 })).toBe(1);
  expect(table.list({ limit: 9 }).map(({ id }) => id)).toEqual(["newest", "older", "tagged"]);
  expect(await tidyWith({ bytes: 1500, deleteTagged: false })).toBe(2);
  expect(table.list({ limit: 9 }).map(({ id }) => id)).toEqual(["tagged"]);
  expect(await tidyWith({ days: 30, deleteTagged: true })).toBe(1);
  expect(table.totalBytes()).toBe(0);
  expect(existsSync(join(path, "2026"))).toBe(false);
});

test("what is too old goes, tagged or not as told, whatever newer there is; a preview counts just that", async () => {
  const parts = { folder, table, log, nowMs: () => NOW_MS, rules: () => KEEP_ALL };
  const days = [40, 39, 38, 20, 10, 1];
  for (const day of days) addFile(addRow(`d${day}`, NOW_MS - day * DAY_MS));
  for (const id of ["d40", "d10"]) table.addTag(id, { time_ms: 0, title: "keep", note: "", category: "" });
  addRow("running", NOW_MS, { state: "recording" });
  const { freeBytes } = await folder.room();
  for (const [rules, left] of [
    [{ days: 365 }, ["d1", "d10", "d20", "d38", "d39", "d40"]],
    [{ days: 38.5 }, ["d1", "d10", "d20", "d38", "d40"]],
    // the running one counts, and stays
    [{ bytes: 5999 }, ["d1", "d10", "d20", "d40"]],
    [{ days: 30, deleteTagged: true }, ["d1", "d10", "d20"]],
    [{ days: 15, bytes: 2500, deleteTagged: true }, ["d10"]],
    // more than there can be: all that may go
    [{ overwrite: true, minFreeBytes: freeBytes * 1000 }, ["d10"]],
    [{ overwrite: true, minFreeBytes: freeBytes * 1000, deleteTagged: true }, []],
  ] as const) {
    const before = table.list({ limit: 9 });
    const told = await preview(parts, { ...KEEP_ALL, ...rules });
    expect(await tidyWith(rules)).toBe(told.files);
    const now = table.list({ limit: 9 }).map(({ id }) => id);
    expect(now).toEqual(["running", ...left]);
    const gone = before.filter(({ id }) => !now.includes(id));
    expect(told).toEqual({
      files: gone.length,
      bytes: gone.length * 1000,
      tagged: gone.filter(({ id }) => id === "d40" || id === "d10").length,
    });
  }
});

test("tags of one title at several moments stay apart when the list is changed", () => {
  addRow("tagged", NOW_MS);
  for (const [index, title] of ["same", "other", "same"].entries())
    table.addTag("tagged", { time_ms: NOW_MS + index, title, note: "", category: "" });
  const recorder = { isInUse: () => false, openBytes: 0, room: { make: async () => true } };
  const library = createLibrary({ folder, table, recorder, newId, nowMs: () => NOW_MS });
  library.change("tagged", { tags: ["same", "same", "new"] });
  const left = table.tags("tagged").map(({ title, time_ms }) => [title, time_ms - NOW_MS]);
  expect(left).toEqual([
    ["same", 0],
    ["new", 0],
    ["same", 2],
  ]);
});
