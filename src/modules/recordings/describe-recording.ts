import type { RecordingRow, RecordingTag } from "../../storage/recording-table.ts";
import type { RecordingDescription } from "./model.ts";
import type { RecordMode } from "./recorder-state.ts";
import { LAPSE_FPS } from "./timeline.ts";

/** Of a video's row. */
export function modeOf({ interval_ms }: Pick<RecordingRow, "interval_ms">): RecordMode {
  return interval_ms === null ? "video" : "timelapse";
}

/** To two places: milliseconds are too coarse to find that of a short time-lapse, which is known. */
function fpsOf({ interval_ms, frames, duration_ms }: RecordingRow): number {
  if (duration_ms === 0) return 0;
  return interval_ms === null ? Math.round((frames / duration_ms) * 100_000) / 100 : LAPSE_FPS;
}

/** A row and its tags as clients see them. */
export function describeRecording(row: RecordingRow, tags: readonly RecordingTag[]): RecordingDescription {
  return {
    id: row.id,
    recording_id: row.recording_id,
    kind: row.kind,
    ...(row.kind === "video" ? { mode: modeOf(row) } : {}),
    ...(row.interval_ms === null ? {} : { interval_ms: row.interval_ms }),
    filename: row.name,
    state: row.state,
    start: row.start_ms,
    ...(row.end_ms === null ? {} : { end: row.end_ms }),
    duration: row.duration_ms / 1000,
    duration_ms: row.duration_ms,
    file_size: row.bytes,
    resolution: `${row.width}x${row.height}`,
    fps: fpsOf(row),
    codec: row.codec,
    trigger: row.cause,
    tags: tags.map(({ title, note, category, time_ms }) => ({ title, note, category, timestamp: time_ms })),
  };
}
