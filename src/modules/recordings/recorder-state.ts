import type { RecordingRow } from "../../storage/recording-table.ts";
import type { Recording } from "./recording.ts";

/** What starts a recording. */
export interface StartOrder {
  readonly filename?: string | undefined;
  /** Seconds after which it ends by itself. */
  readonly duration?: number | undefined;
  readonly stream: "stream1" | "stream2";
  readonly tags: readonly string[];
  /** Seconds before the order; the setting `pre-roll` unless given, which is also the most that there is. */
  readonly preRoll?: number | undefined;
}

/** `off`, or what the running recording does. */
export type RecorderState = "off" | "starting" | "recording" | "paused" | "stopping";

/** The running recording; sizes in bytes. */
export interface RecorderStatus {
  readonly state: RecorderState;
  readonly row: RecordingRow | undefined;
  readonly durationMs: number;
  readonly bytes: number;
  readonly framesLost: number;
  /** Undefined while the folder cannot be read. */
  readonly freeBytes: number | undefined;
  /** Until `min_free` is reached, at the rate of now; undefined where there is none. */
  readonly remainingSeconds: number | undefined;
}

/** What a recording came to. */
export interface Finished {
  readonly row: RecordingRow;
  readonly parts: readonly RecordingRow[];
}

/** After less than this the rate says nothing. */
const MEASURED_MS = 1000;

/** What a running recording, or none, looks like. `usableBytes`: free ones that may be filled. */
export function recorderStatus(
  state: RecorderState,
  recording: Pick<Recording, "row" | "durationUs" | "bytes" | "framesLost"> | undefined,
  freeBytes: number | undefined,
  usableBytes: number | undefined,
): RecorderStatus {
  const durationMs = (recording?.durationUs ?? 0) / 1000;
  const bytes = recording?.bytes ?? 0;
  const isMeasured = usableBytes !== undefined && durationMs > MEASURED_MS && bytes > 0;
  return {
    state,
    row: recording?.row,
    durationMs,
    bytes,
    framesLost: recording?.framesLost ?? 0,
    freeBytes,
    remainingSeconds: isMeasured ? Math.trunc(((usableBytes / bytes) * durationMs) / 1000) : undefined,
  };
}
