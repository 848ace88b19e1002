import type { RecordingDescription } from "../../../modules/recordings/model.ts";

/** A file of the library. */
export type Recording = RecordingDescription;

/** From and to, Unix milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When it was recorded. What is being recorded ends with what is told of it. */
export function spanOf({ start, end, duration_ms }: Recording): Span {
  return { fromMs: start, toMs: Math.max(end ?? start + duration_ms, start) };
}

/** Which second of the file shows a moment; a time-lapse passes quicker than time. */
export function secondAt(recording: Recording, atMs: number): number {
  const { fromMs, toMs } = spanOf(recording);
  if (toMs === fromMs) return 0;
  const part = Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
  return part * (recording.mode === "timelapse" ? recording.duration : (toMs - fromMs) / 1000);
}

/** Which moment a second of the file shows. */
export function momentAt(recording: Recording, second: number): number {
  const { fromMs, toMs } = spanOf(recording);
  const isLapse = recording.mode === "timelapse" && recording.duration > 0;
  const pace = isLapse ? (toMs - fromMs) / recording.duration : 1000;
  return fromMs + second * pace;
}

/** The recording that shows a moment; of several the one that began last. */
export function recordingAt(recordings: readonly Recording[], atMs: number): Recording | undefined {
  return recordings
    .filter((each) => {
      const { fromMs, toMs } = spanOf(each);
      return atMs >= fromMs && atMs <= toMs && each.state !== "missing";
    })
    .reduce<Recording | undefined>(
      (last, each) => (last !== undefined && last.start > each.start ? last : each),
      undefined,
    );
}
