import type { VideoStream } from "../stream/video-stream.ts";
import type { RtspHeader } from "./protocol/headers.ts";
import type { RtspRequest } from "./protocol/parser.ts";
import { formatClockRange, formatNptRange, parseRange } from "./protocol/range-header.ts";

/** A recording as RTSP describes it. */
export interface RecordedMedia {
  readonly id: string;
  readonly name: string;
  /** NAL units without start codes. */
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
  readonly frameRate: number;
  readonly bitrateKbps: number;
  readonly durationSeconds: number;
  /** Of its first picture, Unix milliseconds. */
  readonly startMs: number;
  /** Seconds that passed while a second of it was recorded: more than 1 for a time-lapse. */
  readonly pace: number;
  /** Makes a stream of its own that plays it; to be closed. */
  open(): RecordedPlayback;
}

/** What is to be played: seconds from the recording's beginning. */
export interface PlayOrder {
  readonly from: number;
  /** Undefined: to the end. */
  readonly to: number | undefined;
  /** 0.5–8 times the recorded speed; above 2 only keyframes come. */
  readonly scale: number;
}

/** A recording that one session plays. */
export interface RecordedPlayback {
  readonly media: RecordedMedia;
  readonly stream: VideoStream;
  /** Where it stands, seconds. */
  readonly position: number;
  /** From the keyframe at or before `from`, which is shown at once; `onEnd` is called when the end is reached, or the file fails. */
  play(order: PlayOrder, onEnd: () => void): void;
  pause(): void;
  close(): void;
}

const LEAST_SCALE = 0.5;
const MOST_SCALE = 8;

/** What a PLAY asks for (RFC 2326 §12.29, §12.34); undefined: 457. Without a Range it goes on where it stands, after the end from the beginning. */
export function playOrder(request: RtspRequest, playback: RecordedPlayback): PlayOrder | undefined {
  const { durationSeconds, startMs, pace } = playback.media;
  const scaleText = request.headers.get("Scale") ?? "1";
  const wanted = /^\s*\d{1,4}(\.\d{0,6})?\s*$/.test(scaleText) ? Number(scaleText) : 1;
  const scale = Math.min(Math.max(wanted, LEAST_SCALE), MOST_SCALE);
  const header = request.headers.get("Range");
  if (header === undefined) {
    return { from: playback.position >= durationSeconds ? 0 : playback.position, to: undefined, scale };
  }
  const range = parseRange(header);
  if (range === undefined || range.unit === "smpte") return undefined;
  if (range.unit === "npt" && range.start === "now") return { from: playback.position, to: range.end, scale };
  const toSeconds = (value: number) => (range.unit === "clock" ? (value - startMs) / 1000 / pace : value);
  const from = typeof range.start === "number" ? toSeconds(range.start) : 0;
  const to = range.end === undefined ? undefined : toSeconds(range.end);
  if (from > durationSeconds || (to !== undefined && to <= Math.max(from, 0))) return undefined;
  return { from: Math.max(from, 0), to, scale };
}

/** Whether a PLAY of a session that plays already means another place or speed. */
export function asksAnew(request: RtspRequest): boolean {
  return request.headers.get("Range") !== undefined || request.headers.get("Scale") !== undefined;
}

/** Range and Scale of the answer, once the playback has begun: it begins at a keyframe. The unit is the one that was asked for. */
export function playHeaders(
  request: RtspRequest,
  { media: { durationSeconds, startMs, pace }, position }: RecordedPlayback,
  { to, scale }: PlayOrder,
): readonly RtspHeader[] {
  const end = Math.min(to ?? durationSeconds, durationSeconds);
  const isClock = /^\s*clock/i.test(request.headers.get("Range") ?? "");
  const range = isClock
    ? formatClockRange(Math.round(startMs + position * pace * 1000), Math.round(startMs + end * pace * 1000))
    : formatNptRange(position, end);
  return [
    ["Range", range],
    ["Scale", String(scale)],
  ];
}
