import { wholeFragments } from "../../media/mp4-fragments.ts";
import type { RecordingFolder } from "../../storage/recording-folder.ts";
import type { RecordingResult, RecordingRow } from "../../storage/recording-table.ts";

/** Trims what a crash or a full disk left of a part to its whole fragments, and says what that is; `undefined` where there is none. Throws system errors. */
export async function salvage(
  folder: RecordingFolder,
  row: Pick<RecordingRow, "file" | "start_ms" | "end_ms" | "interval_ms">,
): Promise<RecordingResult | undefined> {
  const { file, start_ms, interval_ms } = row;
  const { whole, size } = await folder.reading(file, async (read, bytes) => ({
    whole: await wholeFragments(read, bytes),
    size: bytes,
  }));
  if (whole.bytes === 0) return undefined;
  const playedMs = start_ms + whole.durationMs;
  // the length of a time-lapse says nothing of when it was cut off; the last thing that was written does
  const endMs =
    interval_ms === null ? playedMs : (row.end_ms ?? Math.max(playedMs, (await folder.changedMs(file)) ?? 0));
  if (whole.bytes < size && !whole.hasIndex) await folder.trim(file, whole.bytes);
  return {
    state: "ready",
    end_ms: Math.round(endMs),
    duration_ms: whole.durationMs,
    bytes: whole.hasIndex ? size : whole.bytes,
    width: whole.width,
    height: whole.height,
    frames: whole.frames,
  };
}
