import type { Log } from "../../core/log.ts";
import type { RecordingFolder, Room } from "../../storage/recording-folder.ts";
import type { RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import { sentenceOf } from "./disk-failure.ts";

/** What may be kept, as configured. */
export interface RetentionRules {
  /** Bytes and percent of the disk that stay free; the larger one counts. */
  readonly minFreeBytes: number;
  readonly minFreePercent: number;
  /** 0: without end. */
  readonly days: number;
  readonly bytes: number;
  /** Whether old recordings make room for new ones. */
  readonly overwrite: boolean;
  /** Whether tagged ones may go too, after all others. */
  readonly deleteTagged: boolean;
}

/** What retention works on. */
export interface RetentionParts {
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly rules: () => RetentionRules;
  readonly nowMs: () => number;
  readonly log: Log;
}

const DAY_MS = 86_400_000;
/** Rows looked at in one go; the rest waits for the next. */
const BATCH = 64;

/** What has to stay free, bytes. */
export function minFreeBytes({ minFreeBytes: bytes, minFreePercent }: RetentionRules, { totalBytes }: Room): number {
  return Math.max(bytes, (totalBytes * minFreePercent) / 100);
}

/** Deletes what is too old, too much, or in the way of new recordings. Returns how many files went. Throws AppError `unavailable`; nothing is deleted from a folder that is not the right one. */
export async function tidy({ folder, table, rules, nowMs, log }: RetentionParts): Promise<number> {
  await folder.verify();
  const now = rules();
  let deleted = 0;
  let total = table.totalBytes();
  for (const row of table.expendable(now.deleteTagged, BATCH)) {
    const room = await folder.room();
    const isOld = now.days > 0 && nowMs() - row.start_ms > now.days * DAY_MS;
    const isTooMuch = now.bytes > 0 && total > now.bytes;
    const isInTheWay = now.overwrite && room.freeBytes < minFreeBytes(now, room);
    if (!isOld && !isTooMuch && !isInTheWay) break;
    if (!(await remove(folder, table, row, log))) continue;
    total -= row.bytes;
    deleted += 1;
  }
  if (deleted > 0) log.info("old recordings were deleted", { files: deleted });
  return deleted;
}

/** Whether recording may go on; where the rules allow it, room is made first. Throws AppError `unavailable`. */
export async function hasRoom(parts: RetentionParts): Promise<boolean> {
  const enough = async () => {
    const room = await parts.folder.room();
    return room.freeBytes >= minFreeBytes(parts.rules(), room);
  };
  if (await enough()) return true;
  if (!parts.rules().overwrite) return false;
  await tidy(parts);
  return await enough();
}

async function remove(folder: RecordingFolder, table: RecordingTable, row: RecordingRow, log: Log): Promise<boolean> {
  try {
    await folder.remove(row.file);
    table.remove(row.id);
    return true;
  } catch (error) {
    log.warn("an old recording could not be deleted", { recording: row.id, reason: sentenceOf(error) });
    return false;
  }
}
