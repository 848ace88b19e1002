import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { AccessUnit } from "../../media/access-unit.ts";
import { isCode, type RecordingFolder } from "../../storage/recording-folder.ts";
import type { RecordingResult, RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import type { ParameterSets } from "../../stream/parameter-sets.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { FILE_GONE, sentenceOf } from "./disk-failure.ts";
import { FragmentQueue } from "./fragment-queue.ts";
import { salvage } from "./part-file.ts";
import { type PartTrack, PartWriter, trackOf } from "./part-writer.ts";
import { type Picture, pictureIn, pictureOf, type TakenFrame } from "./taken-frame.ts";

/** Ten seconds of a stalled disk at 12 Mbit/s; what comes then is lost, up to a keyframe. */
const MAX_QUEUED_BYTES = 16 << 20;
/** What a kill or a power cut may cost, beside a frame (contract recording.md): a fragment ends with the keyframe that is asked for then. */
const MAX_FRAGMENT_US = 1_000_000;

/** What a recording is made of. */
export interface RecordingParts {
  readonly stream: Pick<VideoStream, "read" | "parameters" | "keyframeRequests">;
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** A part that is this long ends at the next keyframe. */
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

interface OpenPart {
  readonly row: RecordingRow;
  readonly writer: PartWriter;
}

/**
 * One recording: takes a stream's frames synchronously into a bounded queue, and writes them as a row of files beside it. What it is asked
 * takes effect at the next frame.
 */
export class Recording {
  readonly #parts: RecordingParts;
  readonly #queue = new FragmentQueue<PartStart>(MAX_QUEUED_BYTES);
  readonly #started = Promise.withResolvers<RecordingRow>();
  readonly #ended: Promise<void>;
  readonly #stopReading: () => void;
  /** Waits for a keyframe: at the start, after a pause and after a loss. */
  #needsKey = true;
  #isPaused = false;
  #sets: ParameterSets | undefined;
  /** What is taken from capture times in the part that is being filled. */
  #originUs = 0;
  #partUs = 0;
  #periodUs = 0;
  #keyAtUs = 0;
  /** Taken for the parts before the one that is being filled. */
  #beforeUs = 0;
  /** Of the parts before the open one. */
  #finishedBytes = 0;
  #open: OpenPart | undefined;
  #first: RecordingRow | undefined;
  /** Of the part before the open one, Unix milliseconds. */
  #lastEndMs = 0;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
    this.#started.promise.catch(() => {});
    for (const frame of parts.before) this.#accept(pictureOf(frame));
    this.#stopReading = parts.stream.read((unit) => this.#take(unit));
    if (this.#needsKey) parts.stream.keyframeRequests.requestNow();
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

  /** Of what was taken, pauses left out. */
  get durationUs(): number {
    return this.#sets === undefined ? 0 : this.#beforeUs + this.#partUs + this.#periodUs;
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
    // as if the next keyframe followed the last frame
    this.#originUs = Number.NaN;
    this.#parts.stream.keyframeRequests.requestNow();
  }

  /** Takes no more frames; resolves when what was taken is on disk, or lost. */
  stop(): Promise<void> {
    this.#stopReading();
    this.#closeQueue();
    return this.#ended;
  }

  /** On the live path: copies the frame, never waits. */
  #take(unit: AccessUnit): void {
    if (this.#isPaused || (this.#needsKey && !unit.isKey)) return;
    const sets = unit.isKey ? this.#parts.stream.parameters : this.#sets;
    if (sets !== undefined) this.#accept(pictureIn(unit, sets));
  }

  #accept({ isKey, size, copy, captureTimeUs, sets }: Picture): void {
    const { stream, clock } = this.#parts;
    const isNewPart = isKey && (sets !== this.#sets || this.#partUs >= this.#parts.splitUs());
    const finishedUs = isNewPart ? this.durationUs : this.#beforeUs;
    if (isNewPart) this.#originUs = captureTimeUs;
    else if (Number.isNaN(this.#originUs)) this.#originUs = captureTimeUs - this.#partUs - this.#periodUs;
    // a slate's picture can be younger than the camera's that follows it
    const timeUs = isNewPart ? 0 : Math.max(captureTimeUs - this.#originUs, this.#partUs + 1);
    const wallMs = clock.wallMs() - (clock.monotonicUs() - captureTimeUs) / 1000;
    const part = isNewPart ? { track: trackOf(sets), wallMs } : undefined;
    const previousEndUs = isNewPart ? this.#partUs + this.#periodUs : timeUs;
    if (!this.#queue.put({ isKey, timeUs, size, copy }, previousEndUs, part)) {
      this.#needsKey = true;
      stream.keyframeRequests.request();
      return;
    }
    this.#needsKey = false;
    this.#beforeUs = finishedUs;
    this.#sets = sets;
    this.#periodUs = isNewPart ? this.#periodUs : timeUs - this.#partUs;
    this.#partUs = timeUs;
    if (isKey) this.#keyAtUs = timeUs;
    else if (timeUs - this.#keyAtUs >= MAX_FRAGMENT_US) stream.keyframeRequests.request();
  }

  async #write(): Promise<void> {
    let failure: string | undefined;
    try {
      for (let task = await this.#queue.next(); task !== undefined; task = await this.#queue.next()) {
        if ("part" in task) await this.#nextPart(task.part);
        else {
          await this.#open?.writer.add(task.fragment);
          this.#queue.release(task.fragment);
          await this.#requireFile();
        }
      }
      await this.#finishPart();
    } catch (error) {
      failure = sentenceOf(error);
      this.#stopReading();
      this.#closeQueue();
      await this.#abandonPart();
    }
    this.#started.reject(new Error(failure ?? "no picture came"));
    this.#parts.onEnded(failure);
  }

  /** What is written to a file that was removed, or to a disk that was unmounted, succeeds, and is lost. */
  async #requireFile(): Promise<void> {
    const { folder } = this.#parts;
    if (this.#open !== undefined && (await folder.size(this.#open.row.file)) === undefined) throw new Error(FILE_GONE);
  }

  #closeQueue(): void {
    this.#queue.close(this.#partUs + this.#periodUs);
  }

  async #nextPart({ track, wallMs }: PartStart): Promise<void> {
    await this.#finishPart();
    const { folder, table, newId, name, cause } = this.#parts;
    await folder.verify();
    // a clock that was set back must not put a part before the one that it follows
    const startMs = Math.max(Math.trunc(wallMs), this.#lastEndMs);
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
    };
    this.#open = { row, writer: new PartWriter(handle, track, startMs) };
    table.add(row);
    await folder.syncFolderOf(file);
    this.#first ??= row;
    this.#parts.onPart(row);
    this.#started.resolve(row);
  }

  async #finishPart(): Promise<void> {
    const part = this.#open;
    if (part === undefined) return;
    await part.writer.finish();
    await this.#requireFile();
    const result = whatIsIn(part);
    this.#parts.table.finish(part.row.id, result);
    this.#lastEndMs = result.end_ms ?? 0;
    this.#close(part);
  }

  /** Keeps what is whole. A file that cannot be looked at or cut now still has what was told to be on disk. */
  async #abandonPart(): Promise<void> {
    const part = this.#open;
    if (part === undefined) return;
    const { table, folder, log, clock } = this.#parts;
    const { row, writer } = part;
    await writer.abandon();
    this.#close(part);
    try {
      const result = await salvage(folder, row);
      if (result === undefined) await folder.remove(row.file);
      if (result === undefined) table.remove(row.id);
      else table.finish(row.id, result);
    } catch (error) {
      log.error("what was recorded could not be looked at", { reason: sentenceOf(error) });
      table.finish(row.id, whatIsIn(part));
      if (isCode(error, "ENOENT")) table.markMissing(row.id, Math.trunc(clock.wallMs()));
      else if (writer.frames === 0) table.reopen(row.id);
    }
  }

  #close({ writer }: OpenPart): void {
    this.#finishedBytes += writer.bytes;
    this.#open = undefined;
  }
}

function whatIsIn({ row, writer }: OpenPart): RecordingResult {
  const durationMs = Math.round(writer.durationUs / 1000);
  const { width, height } = row;
  const { bytes, frames } = writer;
  return { state: "ready", end_ms: row.start_ms + durationMs, duration_ms: durationMs, bytes, width, height, frames };
}
