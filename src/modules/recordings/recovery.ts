import { sentenceOf } from "../../core/disk-failure.ts";
import type { Log } from "../../core/log.ts";
import type { RecordingFolder } from "../../storage/recording-folder.ts";
import { timeOfName } from "../../storage/recording-folder.ts";
import type { RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import { salvage } from "./part-file.ts";

/** Rows of files that are gone are kept this long, so that somebody can find out what was there (contract recording.md). */
const KEEP_MISSING_MS = 30 * 86_400_000;

/** More than this without a whole fragment is not what a crash leaves in the first seconds, and is left to its owner. */
const EMPTY_BYTES = 16 << 20;

/** What recovery did, rows. */
export interface Recovered {
  /** Cut off by a crash, now playable. */
  readonly mended: number;
  /** Cut off before their first fragment: nothing was there. */
  readonly empty: number;
  /** Files that had no row. */
  readonly found: number;
  readonly missing: number;
  /** Rows of files that were gone for long. */
  readonly purged: number;
}

/** What recovery works on. */
export interface RecoveryParts {
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly log: Log;
  readonly newId: () => string;
  readonly nowMs: () => number;
  /** Rows that are being written now. */
  readonly isInUse: (id: string) => boolean;
  /** How long rows of files that are gone stay; 30 days unless given. */
  readonly keepMissingMs?: number;
}

/** Brings rows and files together: after a crash, a power cut, or files that were copied. Throws AppError `unavailable` where the folder is not the right one; nothing changes then. */
export async function recover(parts: RecoveryParts): Promise<Recovered> {
  const { folder, table } = parts;
  await folder.verify();
  const count = { mended: 0, empty: 0, found: 0, missing: 0, purged: 0 };
  for (const row of table.unfinished()) {
    if (!parts.isInUse(row.id)) count[await mendRow(parts, row)] += 1;
  }
  for await (const file of folder.files()) {
    if (!table.hasFile(file) && (await index(parts, file))) count.found += 1;
  }
  return count;
}

async function mendRow(
  { folder, table, log, nowMs, keepMissingMs = KEEP_MISSING_MS }: RecoveryParts,
  row: RecordingRow,
): Promise<"mended" | "empty" | "missing" | "purged"> {
  const size = await folder.size(row.file);
  if (size === undefined) {
    if (keepMissingMs === 0 || (row.missing_since_ms !== null && nowMs() - row.missing_since_ms > keepMissingMs)) {
      table.remove(row.id);
      return "purged";
    }
    table.markMissing(row.id, nowMs());
    return "missing";
  }
  if (row.kind === "snapshot") {
    table.finish(row.id, { ...row, state: "ready", bytes: size });
    return "mended";
  }
  const result = await salvage(folder, row).catch((error: unknown) => {
    log.error("a recording could not be looked at", { recording: row.id, reason: sentenceOf(error) });
    return undefined;
  });
  // Only what was cut off before its first fragment is known to hold nothing.
  if (result === undefined && row.state === "recording" && size <= EMPTY_BYTES) {
    await folder.remove(row.file);
    table.remove(row.id);
    return "empty";
  }
  table.finish(row.id, result ?? { ...row, state: "damaged", bytes: size });
  return "mended";
}

/** A file without a row: the database is older than it. Those that cannot be read are left alone. */
async function index({ folder, table, log, newId }: RecoveryParts, file: string): Promise<boolean> {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const startMs = timeOfName(name);
  if (startMs === undefined || !name.endsWith(".mp4")) return false;
  try {
    const result = await salvage(folder, { file, start_ms: startMs, end_ms: null, interval_ms: null });
    if (result === undefined) return false;
    const id = newId();
    table.add({
      ...{ id, recording_id: id, kind: "video", file, name, start_ms: startMs, codec: "avc1", cause: "found" },
      ...{ missing_since_ms: null, interval_ms: null, ...result },
    });
    return true;
  } catch (error) {
    log.warn("a file of the recordings folder could not be looked at", { file: name, reason: sentenceOf(error) });
    return false;
  }
}
