import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { AccessUnit } from "../../media/access-unit.ts";
import { avcCodec, avcConfiguration } from "../../media/avc-sample.ts";
import type { RecordingFolder } from "../../storage/recording-folder.ts";
import type { RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import type { ParameterSets } from "../../stream/parameter-sets.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { sentenceOf } from "./disk-failure.ts";
import { FrameQueue } from "./frame-queue.ts";
import { salvage } from "./part-file.ts";
import type { PartTrack, PartWriter, RecordedFrame } from "./part-writer.ts";
import { type TakenFrame, takeFrame } from "./taken-frame.ts";
import { LAPSE_PERIOD_US, LapseTimeline, type Timeline, VideoTimeline } from "./timeline.ts";

/** Ten seconds of a stalled disk at 12 Mbit/s; what comes then is lost, up to a keyframe. */
const MAX_QUEUED_BYTES = 16 << 20;

/** What a recording is made of. */
export interface RecordingParts {
  readonly stream: Pick<VideoStream, "read" | "parameters" | "keyframeRequests">;
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** Of a time-lapse, milliseconds; undefined: every picture is recorded. */
  readonly intervalMs: number | undefined;
  /** A part that is this long, as it is played, ends at the next keyframe. */
  readonly splitUs: () => number;
  /** What came just before, from a keyframe on. */
  readonly before: readonly TakenFrame[];
  /** Shown to people instead of the file's name. */
  readonly name: string | undefined;
  readonly cause: RecordingRow["cause"];
  /** Called when a part is there. */
  readonly onPart: (row: RecordingRow) => void;
  /** Called once, when nothing is written any more; `failure` is a sentence. */
  readonly onEnded: (failure: string | undefined) => void;
}

/** Of a part's first frame. */
interface PartStart {
  readonly track: PartTrack;
  readonly wallMs: number;
}

interface QueuedFrame extends RecordedFrame {
  readonly part: PartStart | undefined;
  /** That passed since the part's first frame was taken. */
  readonly passedUs: number;
}

interface OpenPart {
  readonly row: RecordingRow;
  readonly writer: PartWriter;
  /** Between its first and its newest frame. */
  passedUs: number;
}

/**
 * One recording: takes a stream's frames synchronously into a bounded queue, and writes them as a row of files beside it. What it is asked
 * takes effect at the next frame.
 */
export class Recording {
  readonly #parts: RecordingParts;
  readonly #queue = new FrameQueue<QueuedFrame>(MAX_QUEUED_BYTES);
  readonly #started = Promise.withResolvers<RecordingRow>();
  readonly #ended: Promise<void>;
  readonly #stopReading: () => void;
  readonly #timeline: Timeline;
  /** Waits for a keyframe: at the start, after a pause and after a loss. */
  #needsKey = true;
  #isPaused = false;
  #sets: ParameterSets | undefined;
  /** When the first frame of the part that is being filled was taken. */
  #partBeganUs = 0;
  /** Taken for the parts before it. */
  #beforeUs = 0;
  /** Of the parts before the open one. */
  #finishedBytes = 0;
  #open: OpenPart | undefined;
  #first: RecordingRow | undefined;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
    this.#started.promise.catch(() => {});
    const { keyframeRequests } = parts.stream;
    this.#timeline =
      parts.intervalMs === undefined
        ? new VideoTimeline(keyframeRequests)
        : new LapseTimeline(keyframeRequests, parts.intervalMs);
    for (const frame of parts.before) this.#accept(frame);
    this.#stopReading = parts.stream.read((unit) => this.#take(unit));
    if (this.#needsKey) keyframeRequests.requestNow();
    this.#ended = this.#write();
  }

  /** Resolves with the first part's row when it is there; rejects when the recording ends before. */
  get started(): Promise<RecordingRow> {
    return this.#started.promise;
  }

  /** The first part's; undefined before it began. */
  get row(): RecordingRow | undefined {
    return this.#first;
  }

  /** The part that is written now. */
  get openRow(): RecordingRow | undefined {
    return this.#open?.row;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Of what was taken as it is played: pauses left out. */
  get durationUs(): number {
    return this.#sets === undefined ? 0 : this.#beforeUs + this.#timeline.endUs;
  }

  /** Seconds that pass while a second of the file is recorded. */
  get pace(): number {
    return this.#timeline.pace;
  }

  /** On disk. */
  get bytes(): number {
    return this.#finishedBytes + (this.#open?.writer.bytes ?? 0);
  }

  /** Whole fragments of the open part on disk. */
  get openBytes(): number {
    return this.#open?.writer.bytes ?? 0;
  }

  /** Frames that the disk was too slow for. */
  get framesLost(): number {
    return this.#queue.lost;
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on at the next keyframe, which is asked for; the file's time has no hole. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#needsKey = true;
    this.#timeline.rejoin();
    this.#parts.stream.keyframeRequests.requestNow();
  }

  /** Takes no more frames; resolves when what was taken is on disk, or lost. */
  stop(): Promise<void> {
    this.#stopReading();
    this.#queue.close();
    return this.#ended;
  }

  /** On the live path: copies the frame, never waits. */
  #take(unit: AccessUnit): void {
    if (this.#isPaused || !this.#timeline.wants(unit) || (this.#needsKey && !unit.isKey)) return;
    const sets = unit.isKey ? this.#parts.stream.parameters : this.#sets;
    if (sets !== undefined) this.#accept(takeFrame(unit, sets));
  }

  #accept(frame: TakenFrame): void {
    const { sample, isKey, captureTimeUs, sets } = frame;
    const { stream, clock, splitUs } = this.#parts;
    const isNewPart = isKey && (sets !== this.#sets || this.#timeline.isFull(splitUs()));
    const finishedUs = isNewPart ? this.durationUs : this.#beforeUs;
    const partBeganUs = isNewPart ? captureTimeUs : this.#partBeganUs;
    const timeUs = this.#timeline.timeOf(captureTimeUs, isNewPart);
    const wallMs = clock.wallMs() - (clock.monotonicUs() - captureTimeUs) / 1000;
    const part = isNewPart ? { track: this.#trackOf(sets), wallMs } : undefined;
    if (!this.#queue.put({ sample, isKey, timeUs, part, passedUs: captureTimeUs - partBeganUs })) {
      this.#needsKey = true;
      stream.keyframeRequests.request();
      return;
    }
    this.#needsKey = false;
    this.#beforeUs = finishedUs;
    this.#partBeganUs = partBeganUs;
    this.#sets = sets;
    this.#timeline.took(frame, timeUs);
  }

  #trackOf({ sps, pps, width, height }: ParameterSets): PartTrack {
    const stillUs = this.#parts.intervalMs === undefined ? undefined : LAPSE_PERIOD_US;
    return { codec: avcCodec(sps), configuration: avcConfiguration(sps, pps), width, height, stillUs };
  }

  async #write(): Promise<void> {
    let failure: string | undefined;
    try {
      for (let frame = await this.#queue.next(); frame !== undefined; frame = await this.#queue.next()) {
        if (frame.part !== undefined) await this.#nextPart(frame.part);
        await this.#add(frame);
      }
      await this.#finishPart();
    } catch (error) {
      failure = sentenceOf(error);
      this.#stopReading();
      this.#queue.close();
      await this.#abandonPart();
    }
    this.#started.reject(new Error(failure ?? "no picture came"));
    this.#parts.onEnded(failure);
  }

  async #add(frame: QueuedFrame): Promise<void> {
    if (this.#open === undefined) return;
    await this.#open.writer.add(frame);
    this.#open.passedUs = frame.passedUs;
  }

  async #nextPart({ track, wallMs }: PartStart): Promise<void> {
    await this.#finishPart();
    const { folder, table, newId, name, cause, intervalMs } = this.#parts;
    await folder.verify();
    // loaded with the first recording: no start waits for it
    const { PartWriter } = await import("./part-writer.ts");
    const startMs = Math.trunc(wallMs);
    const { file, handle } = await folder.create("recording", "mp4", startMs);
    const id = newId();
    const row: RecordingRow = {
      id,
      recording_id: this.#first?.id ?? id,
      kind: "video",
      file,
      name: name ?? file.slice(file.lastIndexOf("/") + 1),
      state: "recording",
      start_ms: startMs,
      end_ms: null,
      duration_ms: 0,
      bytes: 0,
      width: track.width,
      height: track.height,
      frames: 0,
      codec: track.codec,
      cause,
      missing_since_ms: null,
      interval_ms: intervalMs ?? null,
    };
    this.#open = { row, writer: await PartWriter.begin(handle, track), passedUs: 0 };
    table.add(row);
    await folder.syncFolderOf(file);
    this.#first ??= row;
    this.#parts.onPart(row);
    this.#started.resolve(row);
  }

  async #finishPart(): Promise<void> {
    const part = this.#open;
    if (part === undefined) return;
    const { row, writer, passedUs } = part;
    await writer.finish();
    this.#parts.table.finish(row.id, {
      state: "ready",
      end_ms: row.start_ms + Math.round((passedUs + writer.periodUs) / 1000),
      duration_ms: Math.round(writer.durationUs / 1000),
      bytes: writer.bytes,
      width: row.width,
      height: row.height,
      frames: writer.frames,
    });
    this.#close(part);
  }

  /** Keeps what is whole. Where even that cannot be seen to, the row stays as it is for the next start. */
  async #abandonPart(): Promise<void> {
    const part = this.#open;
    if (part === undefined) return;
    const { table, folder, log } = this.#parts;
    await part.writer.abandon();
    this.#close(part);
    try {
      const result = await salvage(folder, part.row);
      if (result === undefined) await folder.remove(part.row.file);
      if (result === undefined) table.remove(part.row.id);
      else table.finish(part.row.id, result);
    } catch (error) {
      log.error("what was recorded could not be looked at; it is at the next start", { reason: sentenceOf(error) });
    }
  }

  #close({ writer }: OpenPart): void {
    this.#finishedBytes += writer.bytes;
    this.#open = undefined;
  }
}
