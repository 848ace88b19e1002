import { sentenceOf } from "../../core/disk-failure.ts";
import { AppError } from "../../core/errors.ts";
import { unavailable } from "../../storage/recording-folder.ts";
import type { RecordingRow, RecordingTag } from "../../storage/recording-table.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { Housekeeping } from "./housekeeping.ts";
import { MAX_TAGS } from "./model.ts";
import { PreRoll } from "./pre-roll.ts";
import {
  type Finished,
  planRecording,
  type RecorderState,
  type RecorderStatus,
  type RecordingPlan,
  type RecordMode,
  recorderStatus,
  START_TIMEOUT_MS,
  type StartOrder,
} from "./recorder-state.ts";
import { Recording } from "./recording.ts";
import { RecordingRoom, type RoomParts } from "./recording-room.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** What the recorder is built over. */
export interface RecorderParts extends RoomParts {
  readonly streams: Readonly<Record<"stream1" | "stream2", VideoStream>>;
  readonly splitMinutes: () => number;
  readonly thumbnails: Pick<Thumbnails, "keep">;
}

const LOOK_AT_ROOM_EVERY_MS = 2000;
const TOO_LITTLE_ROOM = "Too little room is left on the disk to record.";

interface Running {
  readonly cause: string;
  readonly stream: VideoStream;
  readonly recording: Recording;
  readonly cancels: (() => void)[];
  state: Exclude<RecorderState, "off">;
  /** Why it ends, where nobody asked for it. */
  reason: string | undefined;
}

/** The recorder: at most one recording at a time. */
export class Recorder {
  /** Of stream1. */
  readonly preRoll: PreRoll;
  readonly room: RecordingRoom;
  /** How a recording is made whose order does not say. */
  mode: RecordMode = "video";
  /** Between pictures of the time-lapses that are begun from now on. */
  lapseIntervalMs = 1000;
  readonly #parts: RecorderParts;
  readonly #listeners = new Set<() => void>();
  #running: Running | undefined;
  #problem: string | undefined;
  #isStarting = false;
  #isClosed = false;
  #housekeeping: Housekeeping | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.preRoll = new PreRoll(parts.streams.stream1);
    this.room = new RecordingRoom(parts);
  }

  /** Begins to look after what is there. */
  begin(): void {
    const { scheduler } = this.#parts;
    this.#housekeeping = new Housekeeping({ ...this.room.keeping, isInUse: (id) => this.isInUse(id) }, scheduler);
  }

  /** The rules of what is kept are others: deletes what is to go by them, in the background. */
  tidy(): void {
    this.#housekeeping?.tidy();
  }

  get state(): RecorderState {
    return this.#running?.state ?? (this.#isStarting ? "starting" : "off");
  }

  /** Of the running recording: manual, schedule, … */
  get cause(): string | undefined {
    return this.#running?.cause;
  }

  /** Sentences for the owner. */
  get warnings(): readonly string[] {
    return this.#problem === undefined ? [] : [this.#problem];
  }

  /** Calls `listener` when `state` changes. */
  onChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Whether a part is being written. */
  isInUse(id: string): boolean {
    return this.#running?.recording.openRow?.id === id;
  }

  /** Whether a recording of the stream runs, or is paused. */
  isRecording(stream: VideoStream): boolean {
    return this.#running?.stream === stream;
  }

  /** Bytes of a part that is being written which are whole on disk. */
  get openBytes(): number {
    return this.#running?.recording.openBytes ?? 0;
  }

  /** Resolves with the first part when its first picture is taken. Throws AppError `bad-request`, `conflict` while one runs, `unavailable`. */
  async start(order: StartOrder, cause = "manual"): Promise<RecordingRow> {
    const plan = planRecording(order, this);
    if (this.#running !== undefined || this.#isStarting) throw conflict("A recording is running already");
    this.#isStarting = true;
    this.#changed();
    try {
      if (!this.room.told(await this.room.make())) {
        this.#problem = TOO_LITTLE_ROOM;
        throw unavailable(TOO_LITTLE_ROOM);
      }
      if (this.#isClosed) throw unavailable("The device is stopping");
      return await this.#begin(plan, cause);
    } catch (error) {
      // one that nobody was told of, since its tags could not be written
      if (this.#running !== undefined) void this.#end(this.#running, sentenceOf(error));
      throw error instanceof AppError ? error : unavailable(`The recording could not be started: ${sentenceOf(error)}`);
    } finally {
      this.#isStarting = false;
      this.#changed();
    }
  }

  /** Resolves when everything is on disk. Throws AppError `conflict` when none runs. */
  async stop(): Promise<Finished> {
    const running = this.#require();
    await this.#end(running, undefined);
    const row = running.recording.row;
    const parts = row === undefined ? [] : this.#partsOf(row);
    const [first] = parts;
    if (first === undefined) throw new AppError("unavailable", "Nothing was recorded: the disk failed");
    return { row: first, parts };
  }

  /** Answers the recording's id. Throws AppError `conflict`. */
  pause(): string {
    const running = this.#require("recording", "The recording is not running, or paused already");
    running.recording.pause();
    return this.#nowIs(running, "paused");
  }

  /** Answers the recording's id. Throws AppError `conflict`. */
  resume(): string {
    const running = this.#require("paused", "The recording is not paused");
    running.recording.resume();
    return this.#nowIs(running, "recording");
  }

  /** Tags a recording, or the part that is being written. Throws AppError `conflict`, `not-found`. */
  tag(tag: Omit<RecordingTag, "time_ms"> & { readonly time_ms?: number | undefined }, id?: string): RecordingRow {
    const { table, clock } = this.#parts;
    const found = id ?? this.#require().recording.openRow?.id;
    const row = found === undefined ? undefined : table.find(found);
    if (row === undefined) throw new AppError("not-found", "There is no such recording");
    if (table.tags(row.id).length >= MAX_TAGS) throw conflict(`A recording has at most ${MAX_TAGS} tags`);
    table.addTag(row.id, { ...tag, time_ms: tag.time_ms ?? Math.trunc(clock.wallMs()) });
    return row;
  }

  async status(): Promise<RecorderStatus> {
    return recorderStatus(this.state, this.#running?.recording, await this.room.free());
  }

  /** Ends a recording cleanly; resolves when everything is on disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.preRoll.close();
    if (this.#running !== undefined) await this.#end(this.#running, undefined);
    await this.#housekeeping?.close();
  }

  #require(state?: RecorderState, otherwise = ""): Running {
    const running = this.#running;
    if (running === undefined) throw conflict("No recording is running");
    if (state !== undefined && running.state !== state) throw conflict(otherwise);
    return running;
  }

  async #begin({ order, preRoll, intervalMs }: RecordingPlan, cause: string): Promise<RecordingRow> {
    const { filename, duration, stream, tags } = order;
    const { scheduler, table, events, splitMinutes, thumbnails } = this.#parts;
    const running: Running = {
      ...{ cause, stream: this.#parts.streams[stream] },
      recording: new Recording({
        ...this.#parts,
        ...{ stream: this.#parts.streams[stream], cause, name: filename },
        before: this.preRoll.last(preRoll),
        intervalMs,
        splitUs: () => splitMinutes() * 60e6,
        onPart: (row) => void thumbnails.keep(row),
        onEnded: (failure) => this.#ended(running, failure),
      }),
      cancels: [],
      state: "starting",
      reason: undefined,
    };
    this.#running = running;
    const giveUp = scheduler.after(START_TIMEOUT_MS, () => this.#end(running, "no picture came, or the disk hangs"));
    running.cancels.push(giveUp);
    const row = await running.recording.started;
    giveUp();
    if (running.state === "starting") running.state = "recording";
    this.#problem = undefined;
    for (const title of tags) table.addTag(row.id, { time_ms: row.start_ms, title, note: "", category: "" });
    events.publish("recording-started", { recording_id: row.recording_id, filename: row.name, cause });
    running.cancels.push(
      scheduler.every(LOOK_AT_ROOM_EVERY_MS, () => void this.#watchRoom(running)),
      ...(duration === undefined ? [] : [scheduler.after(duration * 1000, () => this.#end(running, undefined))]),
    );
    return row;
  }

  #nowIs(running: Running, state: "paused" | "recording"): string {
    running.state = state;
    this.#changed();
    return running.recording.row?.recording_id ?? "";
  }

  async #end(running: Running, reason: string | undefined): Promise<void> {
    running.reason ??= reason;
    if (this.#running === running) {
      running.state = "stopping";
      this.#changed();
    }
    await running.recording.stop();
  }

  /** Nothing is written any more. */
  #ended(running: Running, failure: string | undefined): void {
    for (const cancel of running.cancels.splice(0)) cancel();
    const { events, log } = this.#parts;
    const { row, framesLost } = running.recording;
    const reason = failure ?? running.reason;
    if (this.#running === running) this.#running = undefined;
    if (reason !== undefined) {
      this.#problem = `The last recording ended by itself: ${reason}.`;
      log.error("the recording ended", { reason });
    }
    const seen = row === undefined ? {} : { recording_id: row.recording_id, filename: row.name };
    if (failure !== undefined || row === undefined) {
      events.publish("recording-failed", { ...seen, reason: reason ?? "it was stopped before its first picture" });
    } else {
      const parts = this.#partsOf(row);
      const durationMs = parts.reduce((sum, part) => sum + part.duration_ms, 0);
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      events.publish("recording-finished", {
        ...{ ...seen, duration: durationMs / 1000, file_size: bytes, parts: parts.length, frames_lost: framesLost },
        ...(reason === undefined ? {} : { reason }),
      });
    }
    this.#changed();
  }

  /** None where the database cannot be read. */
  #partsOf(row: RecordingRow): readonly RecordingRow[] {
    const { table, log } = this.#parts;
    try {
      return table.parts(row.recording_id);
    } catch (error) {
      log.error("the list of recordings could not be read", { reason: sentenceOf(error) });
      return [];
    }
  }

  async #watchRoom(running: Running): Promise<void> {
    if (!(await this.room.isLeft())) await this.#end(running, "too little room is left on the disk");
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function conflict(message: string): AppError {
  return new AppError("conflict", message);
}
