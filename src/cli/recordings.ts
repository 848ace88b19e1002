import { existsSync } from "node:fs";
import { constants, copyFile } from "node:fs/promises";
import type { ServerConfig } from "../config/server-config.ts";
import { AppError } from "../core/errors.ts";
import { createLog } from "../core/log.ts";
import { recover } from "../modules/recordings/recovery.ts";
import { DATABASE_FILE, openDatabase } from "../storage/database.ts";
import { isCode } from "../storage/recording-folder.ts";
import { createRecordingStorage, type RecordingStorage } from "../storage/recording-storage.ts";
import type { RecordingRow } from "../storage/recording-table.ts";
import { becomeOwner } from "./accounts.ts";
import { StorageError } from "./exit-code.ts";
import type { RecordingOrder } from "./recording-commands.ts";

/** What managing recordings needs of the process. */
export interface RecordingHost {
  /** One line for whoever reads the output. */
  readonly print: (line: string) => void;
  /** One line that is not part of the output. */
  readonly note: (line: string) => void;
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

const PAGE = 500;
/** A running recording's file changes every second or so: one that did not for this long was left by a crash. */
const QUIET_MS = 15_000;

/** Does what `rotordream recordings` asks for. Throws AppError and StorageError. */
export async function manageRecordings(
  order: RecordingOrder,
  config: ServerConfig,
  host: RecordingHost,
): Promise<void> {
  const { dataFolder, temporaryDataFolder } = config;
  if (temporaryDataFolder)
    throw new AppError("configuration", "a demo without --data-dir keeps nothing; name the folder that is meant");
  if (!existsSync(`${dataFolder}/${DATABASE_FILE}`))
    throw new StorageError(`there is nothing in ${dataFolder} yet; choose another folder with --data-dir`);
  // read as whoever calls: the target of an export is theirs
  if (order.order !== "export") becomeOwner(dataFolder);
  const database = openDatabase(dataFolder);
  try {
    await perform(order, createRecordingStorage(dataFolder, database, host.randomBytes), host);
  } finally {
    database.close();
  }
}

async function perform(order: RecordingOrder, storage: RecordingStorage, host: RecordingHost): Promise<void> {
  switch (order.order) {
    case "list":
      for (const row of allRows(storage)) host.print(lineOf(row));
      return;
    case "check":
      return check(storage, host);
    case "repair":
      return repair(storage, host);
    case "export":
      return exportTo(order, storage, host);
  }
}

function* allRows({ table }: RecordingStorage): Generator<RecordingRow> {
  let last: RecordingRow | undefined;
  for (;;) {
    const rows = table.list({ limit: PAGE, after: last && { startMs: last.start_ms, id: last.id } });
    yield* rows;
    last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
  }
}

function lineOf({ id, kind, state, start_ms, duration_ms, bytes, file }: RecordingRow): string {
  const seconds = (duration_ms / 1000).toFixed(1).padStart(9);
  const start = new Date(start_ms).toISOString();
  return [id, start, kind.padEnd(8), state.padEnd(9), `${seconds} s`, `${String(bytes).padStart(13)} B`, file].join(
    "  ",
  );
}

async function check(storage: RecordingStorage, host: RecordingHost): Promise<void> {
  const { folder, table } = storage;
  await folder.verify();
  let problems = 0;
  const tell = (line: string) => {
    problems += 1;
    host.print(line);
  };
  const isBusy = await busyRows(storage, host);
  for (const row of allRows(storage)) {
    const size = await folder.size(row.file);
    if (size === undefined) tell(`${row.id}  its file is gone: ${row.file}`);
    else if (row.state === "ready" && size !== row.bytes)
      tell(`${row.id}  its file has ${size} bytes instead of ${row.bytes}: ${row.file}`);
    else if (row.state === "damaged") tell(`${row.id}  cannot be played: ${row.file}`);
    else if (row.state === "recording" && !isBusy.has(row.id)) tell(`${row.id}  was cut off: ${row.file}`);
  }
  for await (const file of folder.files()) if (!table.hasFile(file)) tell(`no row: ${file}`);
  if (problems > 0)
    throw new StorageError(`${problems} problems; rotordream recordings repair mends what can be mended`);
  host.note("Rows and files agree.");
}

async function repair(storage: RecordingStorage, host: RecordingHost): Promise<void> {
  await storage.folder.adopt();
  const busy = await busyRows(storage, host);
  for (const row of allRows(storage)) {
    if (row.state !== "ready" || row.kind !== "video") continue;
    const size = await storage.folder.size(row.file);
    if (size === undefined) storage.table.markMissing(row.id, host.nowMs);
    else if (size !== row.bytes) storage.table.reopen(row.id);
  }
  const log = createLog({ level: "warn", write: (_level, _module, message) => host.note(message) }, "recordings");
  const done = await recover({
    ...storage,
    log,
    nowMs: () => host.nowMs,
    isInUse: (id) => busy.has(id),
    keepMissingMs: 0,
  });
  host.note(
    `${done.mended} mended, ${done.found} taken up, ${done.empty + done.purged} rows of nothing removed, ${busy.size} left to a running server.`,
  );
}

/** Ids of what a running server writes. */
async function busyRows({ folder, table }: RecordingStorage, host: RecordingHost): Promise<ReadonlySet<string>> {
  const busy = new Set<string>();
  for (const { id, state, file } of table.unfinished()) {
    const changedMs = await folder.changedMs(file);
    if (state === "recording" && changedMs !== undefined && host.nowMs - changedMs < QUIET_MS) busy.add(id);
  }
  return busy;
}

async function exportTo(
  { id, target }: Extract<RecordingOrder, { order: "export" }>,
  { folder, table }: RecordingStorage,
  host: RecordingHost,
): Promise<void> {
  const row = table.find(id);
  if (row === undefined)
    throw new AppError(
      "not-found",
      `There is no recording ${JSON.stringify(id)}; rotordream recordings list shows them.`,
    );
  try {
    await copyFile(folder.pathOf(row.file), target, constants.COPYFILE_EXCL);
  } catch (error) {
    if (isCode(error, "EEXIST")) throw new StorageError(`${target} is there already`);
    throw error;
  }
  host.note(`${row.name} was copied to ${target}.`);
}
