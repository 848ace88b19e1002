import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { RtspTarget } from "../../rtsp/protocol/url.ts";
import type { RecordedMedia } from "../../rtsp/recorded-media.ts";
import type { RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import type { Library } from "./library.ts";
import { RecordingPlayer } from "./player.ts";

/** The newest rows in which a ready one is looked for: those before it are being written, or broken. */
const NEWEST = 16;

/** What recordings are made playable with. */
export interface PlayableParts {
  readonly table: Pick<RecordingTable, "find" | "list">;
  readonly library: Pick<Library, "open">;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** A stream for one player, and how to give it back. */
  readonly createStream: (name: string) => { readonly stream: VideoStream; readonly close: () => void };
}

/**
 * The recording that `rtsp://host/recording`, `/recording/{id}` or `?id=` names; without an id the newest. Undefined where it is not there, or
 * not ready. Throws AppError `unavailable`.
 */
export async function findPlayable(
  parts: PlayableParts,
  { segments, id }: RtspTarget,
): Promise<RecordedMedia | undefined> {
  if (segments.length > 2) return undefined;
  const row = rowOf(parts.table, segments[1] ?? id);
  if (row?.kind !== "video" || row.state !== "ready") return undefined;
  const { blob } = await parts.library.open(row.id);
  // loaded when it is needed: no start waits for it
  const { RecordedFile } = await import("./recorded-file.ts");
  const openFile = () => RecordedFile.open(blob);
  const file = await openFile();
  file.close();
  const durationSeconds = row.duration_ms / 1000;
  const perSecond = (amount: number) => (durationSeconds > 0 ? amount / durationSeconds : 0);
  const media: RecordedMedia = {
    id: row.id,
    name: row.name,
    sps: file.sps,
    pps: file.pps,
    frameRate: perSecond(row.frames),
    bitrateKbps: perSecond((row.bytes * 8) / 1000),
    durationSeconds,
    startMs: row.start_ms,
    pace: paceOf(row),
    open: () => {
      const { stream, close } = parts.createStream(row.name);
      return new RecordingPlayer({ ...parts, media, openFile, stream, onClose: close });
    },
  };
  return media;
}

/** A time-lapse is spread evenly over the time in which it was taken: where in it a picture was missing is not known. */
function paceOf({ interval_ms, start_ms, end_ms, duration_ms }: RecordingRow): number {
  if (interval_ms === null || end_ms === null || duration_ms === 0) return 1;
  return Math.max(1, (end_ms - start_ms) / duration_ms);
}

function rowOf(table: PlayableParts["table"], id: string | undefined): RecordingRow | undefined {
  if (id !== undefined) return table.find(id);
  return table.list({ kind: "video", limit: NEWEST }).find(({ state }) => state === "ready");
}
