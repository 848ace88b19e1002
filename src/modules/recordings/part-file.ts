import { wholeFragments } from "../../media/mp4-fragments.ts";
import type { RecordingFolder } from "../../storage/recording-folder.ts";
import type { RecordingResult, RecordingRow } from "../../storage/recording-table.ts";

/**
 * Trims what a crash or a full disk left of a part to its whole fragments, and says what that is. A part without any is removed: `undefined`.
 * Throws system errors.
 */
export async function salvage(
  folder: RecordingFolder,
  { file, start_ms }: Pick<RecordingRow, "file" | "start_ms">,
): Promise<RecordingResult | undefined> {
  const { whole, size } = await folder.reading(file, async (read, bytes) => ({
    whole: await wholeFragments(read, bytes),
    size: bytes,
  }));
  if (whole.bytes === 0) {
    await folder.remove(file);
    return undefined;
  }
  if (whole.bytes < size && !whole.hasIndex) await folder.trim(file, whole.bytes);
  return {
    state: "ready",
    end_ms: start_ms + whole.durationMs,
    duration_ms: whole.durationMs,
    bytes: whole.hasIndex ? size : whole.bytes,
    width: whole.width,
    height: whole.height,
    frames: whole.frames,
  };
}
