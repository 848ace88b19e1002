import { AppError } from "../../core/errors.ts";
import type { RecordingRow } from "../../storage/recording-table.ts";
import type { Recording } from "./recording.ts";
import type { FreeRoom } from "./recording-room.ts";

/** A camera that is away shows the slate, which is recorded too: a start that takes longer is a defect or a dead disk. */
export const START_TIMEOUT_MS = 3000;

/** Every picture, or one at each interval. */
export type RecordMode = "video" | "timelapse";

/** What starts a recording. */
export interface StartOrder {
  readonly filename?: string | undefined;
  /** Seconds that pass until it ends by itself. */
  readonly duration?: number | undefined;
  /** The setting `record-mode` unless given. */
  readonly mode?: RecordMode | undefined;
  readonly stream: "stream1" | "stream2";
  readonly tags: readonly string[];
  /** Seconds before the order; the setting `pre-roll` unless given, which is also the most that there is. */
  readonly preRoll?: number | undefined;
}

/** An order, and what the settings add to it. */
export interface RecordingPlan {
  readonly order: StartOrder;
  /** Seconds. */
  readonly preRoll: number;
  /** Undefined: no time-lapse. */
  readonly intervalMs: number | undefined;
}

/** What an order means now. A time-lapse begins with the order: what is kept from before is not its own. Throws AppError `bad-request`. */
export function planRecording(
  order: StartOrder,
  settings: {
    readonly mode: RecordMode;
    readonly lapseIntervalMs: number;
    readonly preRoll: { readonly seconds: number };
  },
): RecordingPlan {
  const isLapse = (order.mode ?? settings.mode) === "timelapse";
  if (isLapse && (order.preRoll ?? 0) > 0) {
    const detail = { errorCode: "INVALID_VALUE", key: "pre_roll" };
    throw new AppError("bad-request", "pre_roll must be left out of a time-lapse, which begins with the order", detail);
  }
  const preRoll = isLapse || order.stream !== "stream1" ? 0 : (order.preRoll ?? settings.preRoll.seconds);
  return { order, preRoll, intervalMs: isLapse ? settings.lapseIntervalMs : undefined };
}

/** `off`, or what the running recording does. */
export type RecorderState = "off" | "starting" | "recording" | "paused" | "stopping";

/** The running recording; sizes in bytes. */
export interface RecorderStatus {
  readonly state: RecorderState;
  readonly row: RecordingRow | undefined;
  /** As it is played. */
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

/** What a running recording, or none, looks like. */
export function recorderStatus(
  state: RecorderState,
  recording: Pick<Recording, "row" | "durationUs" | "bytes" | "framesLost" | "pace"> | undefined,
  room: FreeRoom | undefined,
): RecorderStatus {
  const durationMs = (recording?.durationUs ?? 0) / 1000;
  const passedMs = durationMs * (recording?.pace ?? 1);
  const bytes = recording?.bytes ?? 0;
  const isMeasured = room !== undefined && passedMs > MEASURED_MS && bytes > 0;
  return {
    state,
    row: recording?.row,
    durationMs,
    bytes,
    framesLost: recording?.framesLost ?? 0,
    freeBytes: room?.freeBytes,
    remainingSeconds: isMeasured ? Math.trunc(((room.usableBytes / bytes) * passedMs) / 1000) : undefined,
  };
}
