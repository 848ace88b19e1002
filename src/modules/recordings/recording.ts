import { sentenceOf } from "../../core/disk-failure.ts";
import type { AccessUnit } from "../../media/access-unit.ts";
import type { RecordingRow } from "../../storage/recording-table.ts";
import type { ParameterSets } from "../../stream/parameter-sets.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { FragmentQueue } from "./fragment-queue.ts";
import { type PartTrack, trackOf } from "./part-writer.ts";
import { type PartStore, RecordedPart } from "./recorded-part.ts";
import { type Picture, pictureIn, pictureOf, type TakenFrame } from "./taken-frame.ts";
import { LapseTimeline, type Timeline, VideoTimeline } from "./timeline.ts";

/** Ten seconds of a stalled disk at 12 Mbit/s; what comes then is lost, up to a keyframe. */
const MAX_QUEUED_BYTES = 16 << 20;

/** What a recording is made of. */
export interface RecordingParts extends PartStore {
  readonly stream: Pick<VideoStream, "read" | "parameters" | "keyframeRequests">;
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
  readonly #timeline: Timeline;
  /** Waits for a keyframe: at the start and after a pause. */
  #needsKey = true;
  #isPaused = false;
  #sets: ParameterSets | undefined;
  /** When the first frame of the part that is being filled was taken. */
  #partBeganUs = 0;
  /** Taken for the parts before it. */
  #beforeUs = 0;
  /** Of the parts before the open one. */
  #finishedBytes = 0;
  #open: RecordedPart | undefined;
  #first: RecordingRow | undefined;
  /** Of the part before the open one, Unix milliseconds. */
  #lastEndMs = 0;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
    this.#started.promise.catch(() => {});
    const { keyframeRequests } = parts.stream;
    this.#timeline =
      parts.intervalMs === undefined
        ? new VideoTimeline(keyframeRequests)
        : new LapseTimeline(keyframeRequests, parts.intervalMs);
    for (const frame of parts.before) this.#accept(pictureOf(frame));
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
    return this.#finishedBytes + (this.#open?.bytes ?? 0);
  }

  /** Whole fragments of the open part on disk. */
  get openBytes(): number {
    return this.#open?.bytes ?? 0;
  }

  /** Frames that the disk was too slow for. */
  get framesLost(): number {
    return this.#queue.lost;
  }

  /** What was taken goes to the disk at once: a pause may be long. */
  pause(): void {
    this.#isPaused = true;
    this.#queue.seal(this.#timeline.endUs);
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
    this.#queue.close(this.#timeline.endUs);
    return this.#ended;
  }

  /** On the live path: copies the frame, never waits. */
  #take(unit: AccessUnit): void {
    if (this.#isPaused || !this.#timeline.wants(unit) || (this.#needsKey && !unit.isKey)) return;
    const sets = unit.isKey ? this.#parts.stream.parameters : this.#sets;
    if (sets !== undefined) this.#accept(pictureIn(unit, sets));
  }

  #accept(picture: Picture): void {
    const { isKey, size, copy, captureTimeUs, sets } = picture;
    const { clock, splitUs, intervalMs } = this.#parts;
    const isNewPart = isKey && (sets !== this.#sets || this.#timeline.isFull(splitUs()));
    const finishedUs = isNewPart ? this.durationUs : this.#beforeUs;
    const partBeganUs = isNewPart ? captureTimeUs : this.#partBeganUs;
    const timeUs = this.#timeline.timeOf(captureTimeUs, isNewPart);
    const wallMs = clock.wallMs() - (clock.monotonicUs() - captureTimeUs) / 1000;
    const part = isNewPart ? { track: trackOf(sets), wallMs } : undefined;
    const previousEndUs = isNewPart ? this.#timeline.endUs : timeUs;
    const passedUs = captureTimeUs - partBeganUs;
    if (!this.#queue.put({ isKey, timeUs, passedUs, size, copy }, previousEndUs, part)) {
      this.#timeline.lost(picture, this.#queue.isRoom);
      return;
    }
    this.#needsKey = false;
    this.#beforeUs = finishedUs;
    this.#partBeganUs = partBeganUs;
    this.#sets = sets;
    this.#timeline.took(picture, timeUs);
    // the next picture of a time-lapse may come an hour later
    if (intervalMs !== undefined) this.#queue.seal(this.#timeline.endUs);
  }

  async #write(): Promise<void> {
    let failure: string | undefined;
    try {
      for (let task = await this.#queue.next(); task !== undefined; task = await this.#queue.next()) {
        if ("part" in task) await this.#nextPart(task.part);
        else {
          await this.#open?.add(task.fragment);
          this.#queue.release(task.fragment);
        }
      }
      await this.#finishPart();
    } catch (error) {
      failure = sentenceOf(error);
      this.#stopReading();
      this.#queue.close(this.#timeline.endUs);
      await this.#abandonPart();
    } finally {
      this.#started.reject(new Error(failure ?? "no picture came"));
      this.#parts.onEnded(failure);
    }
  }

  async #nextPart({ track, wallMs }: PartStart): Promise<void> {
    await this.#finishPart();
    const { folder, newId, name, cause, intervalMs } = this.#parts;
    await folder.verify();
    // a clock that was set back must not put a part before the one that it follows
    const startMs = Math.max(Math.trunc(wallMs), this.#lastEndMs);
    const id = newId();
    const facts = { id, recording_id: this.#first?.id ?? id, start_ms: startMs, name, cause };
    const part = await RecordedPart.create(this.#parts, { ...facts, interval_ms: intervalMs ?? null }, track);
    this.#open = part;
    await part.list();
    const { row } = part;
    this.#first ??= row;
    this.#parts.onPart(row);
    this.#started.resolve(row);
  }

  async #finishPart(): Promise<void> {
    await this.#open?.finish();
    this.#lastEndMs = this.#open?.endMs ?? 0;
    this.#close();
  }

  async #abandonPart(): Promise<void> {
    const part = this.#open;
    this.#close();
    await part?.abandon();
  }

  #close(): void {
    this.#finishedBytes += this.#open?.bytes ?? 0;
    this.#open = undefined;
  }
}
