import { setImmediate } from "node:timers/promises";
import { sentenceOf } from "../../core/disk-failure.ts";
import type { Log } from "../../core/log.ts";
import type { RecordingFolder, Room } from "../../storage/recording-folder.ts";
import type { RecordingRow, RecordingTable } from "../../storage/recording-table.ts";

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
/** Rows looked at in one go, for each reason, tagged or not; the rest waits for the next. */
const BATCH = 64;
/** Rows counted before others have their turn: a millisecond or two. */
const TURN = 256;

/** What has to stay free, bytes. */
export function minFreeBytes({ minFreeBytes: bytes, minFreePercent }: RetentionRules, { totalBytes }: Room): number {
  return Math.max(bytes, (totalBytes * minFreePercent) / 100);
}

/** Deletes what is too old, too much, or in the way of new recordings. Returns how many files went. Throws AppError `unavailable`; nothing is deleted from a folder that is not the right one. */
export async function tidy(parts: RetentionParts): Promise<number> {
  const { folder, table, rules, nowMs, log } = parts;
  await folder.verify();
  const now = rules();
  let deleted = 0;
  const toMs = oldestMs(now, nowMs());
  for (const row of groups(now).flatMap((tagged) => table.oldest(tagged, { toMs, limit: BATCH })))
    if (await remove(parts, row)) deleted += 1;
  let total = table.totalBytes();
  for (const row of groups(now).flatMap((tagged) => table.oldest(tagged, { limit: BATCH }))) {
    const room = await folder.room();
    const isTooMuch = now.bytes > 0 && total > now.bytes;
    const isInTheWay = now.overwrite && room.freeBytes < minFreeBytes(now, room);
    if (!isTooMuch && !isInTheWay) break;
    if (!(await remove(parts, row))) continue;
    total -= row.bytes;
    deleted += 1;
  }
  if (deleted > 0) log.info("old recordings were deleted", { files: deleted });
  return deleted;
}

/** Some files; `tagged`: how many of them. */
export interface RetentionSum {
  readonly files: number;
  readonly bytes: number;
  readonly tagged: number;
}

/** What would go by some rules, as far as it is there now. Throws AppError `unavailable`. */
export async function preview({ folder, table, nowMs }: RetentionParts, rules: RetentionRules): Promise<RetentionSum> {
  const sum = { files: 0, bytes: 0, tagged: 0 };
  const count = async (toMs: number, enoughBytes: number, fromMs = 0) => {
    for (const tagged of groups(rules)) {
      for await (const { bytes } of inTurns(table, tagged, fromMs, toMs)) {
        if (sum.bytes >= enoughBytes) return;
        sum.files += 1;
        sum.bytes += bytes;
        if (tagged) sum.tagged += 1;
      }
    }
  };
  const limitMs = oldestMs(rules, nowMs());
  await count(limitMs, Number.POSITIVE_INFINITY);
  const room = await folder.room();
  const tooMuch = rules.bytes > 0 ? table.totalBytes() - rules.bytes : 0;
  const inTheWay = rules.overwrite ? minFreeBytes(rules, room) - room.freeBytes : 0;
  await count(Number.MAX_SAFE_INTEGER, Math.max(tooMuch, inTheWay), limitMs);
  return sum;
}

/** The rows of a time, oldest first; between a few of them others have their turn. */
async function* inTurns(table: RecordingTable, tagged: boolean, fromMs: number, toMs: number) {
  let after: Pick<RecordingRow, "start_ms" | "id"> | undefined = { start_ms: fromMs, id: "" };
  while (after !== undefined) {
    const rows = table.oldest(tagged, { after, toMs, limit: TURN });
    yield* rows;
    after = rows.length < TURN ? undefined : rows.at(-1);
    await setImmediate();
  }
}

/** Untagged ones go first, tagged ones only where told to. */
function groups({ deleteTagged }: RetentionRules): readonly boolean[] {
  return deleteTagged ? [false, true] : [false];
}

/** What began before is too old. */
function oldestMs({ days }: RetentionRules, nowMs: number): number {
  return days > 0 ? nowMs - days * DAY_MS : 0;
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

async function remove({ folder, table, log }: RetentionParts, row: RecordingRow): Promise<boolean> {
  try {
    await folder.remove(row.file);
    table.remove(row.id);
    return true;
  } catch (error) {
    log.warn("an old recording could not be deleted", { recording: row.id, reason: sentenceOf(error) });
    return false;
  }
}
