import type { Clock } from "../../core/clock.ts";
import { FILE_GONE, sentenceOf } from "../../core/disk-failure.ts";
import type { Log } from "../../core/log.ts";
import { isCode, type RecordingFolder } from "../../storage/recording-folder.ts";
import type { RecordingResult, RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import type { Fragment } from "./fragment.ts";
import { salvage } from "./part-file.ts";
import { type PartTrack, PartWriter } from "./part-writer.ts";

/** Where parts are kept. */
export interface PartStore {
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a part's row says from its beginning on, beside what it shows and where. */
export type PartFacts = Pick<RecordingRow, "id" | "recording_id" | "start_ms" | "cause" | "interval_ms"> & {
  /** Shown to people instead of the file's name. */
  readonly name: string | undefined;
};

/** A file that is being recorded, and its row. Failures of the disk reject. */
export class RecordedPart {
  readonly row: RecordingRow;
  readonly #store: PartStore;
  readonly #writer: PartWriter;

  private constructor(store: PartStore, row: RecordingRow, writer: PartWriter) {
    this.#store = store;
    this.row = row;
    this.#writer = writer;
  }

  /** Nothing is known of it yet: `list` is next. */
  static async create(store: PartStore, { name, ...facts }: PartFacts, track: PartTrack): Promise<RecordedPart> {
    const { file, handle } = await store.folder.create("recording", "mp4", facts.start_ms);
    const row: RecordingRow = {
      ...facts,
      kind: "video",
      file,
      name: name ?? file.slice(file.lastIndexOf("/") + 1),
      state: "recording",
      end_ms: null,
      duration_ms: 0,
      bytes: 0,
      width: track.width,
      height: track.height,
      frames: 0,
      codec: track.codec,
      missing_since_ms: null,
    };
    return new RecordedPart(store, row, new PartWriter(handle, track, row.start_ms));
  }

  /** Resolves when row and file are found after a power cut. */
  async list(): Promise<void> {
    const { table, folder } = this.#store;
    table.add(this.row);
    await folder.syncFolderOf(this.row.file);
  }

  /** On disk. */
  get bytes(): number {
    return this.#writer.bytes;
  }

  /** Unix milliseconds: of the newest picture's end. */
  get endMs(): number {
    return this.row.start_ms + Math.round(this.#writer.passedUs / 1000);
  }

  /** Resolves when the fragment is on disk. */
  async add(fragment: Fragment): Promise<void> {
    await this.#writer.add(fragment);
    await this.#requireFile();
  }

  /** Resolves when all of it is on disk. */
  async finish(): Promise<void> {
    await this.#writer.finish();
    await this.#requireFile();
    this.#store.table.finish(this.row.id, this.#result());
  }

  /** After a failure: keeps what is whole. A file that cannot be looked at or cut now still has what was told to be on disk. Never rejects: a row that cannot be written, because the database lies on the same disk, is mended at the next start. */
  async abandon(): Promise<void> {
    const { table, folder, log } = this.#store;
    const { row } = this;
    await this.#writer.abandon();
    try {
      const result = await salvage(folder, row);
      if (result === undefined) await folder.remove(row.file);
      if (result === undefined) table.remove(row.id);
      else table.finish(row.id, result);
    } catch (error) {
      log.error("what was recorded could not be looked at", { reason: sentenceOf(error) });
      this.#keepAsTold(isCode(error, "ENOENT"));
    }
  }

  #keepAsTold(isMissing: boolean): void {
    const { table, log, clock } = this.#store;
    const { id } = this.row;
    try {
      table.finish(id, this.#result());
      if (isMissing) table.markMissing(id, Math.trunc(clock.wallMs()));
      else if (this.#writer.frames === 0) table.reopen(id);
    } catch (error) {
      log.error("the list of recordings could not be written", { recording: id, reason: sentenceOf(error) });
    }
  }

  /** What is written to a file that was removed, or to a disk that was unmounted, succeeds, and is lost. */
  async #requireFile(): Promise<void> {
    if ((await this.#store.folder.size(this.row.file)) === undefined) throw new Error(FILE_GONE);
  }

  #result(): RecordingResult {
    const { durationUs, bytes, frames } = this.#writer;
    const { width, height } = this.row;
    const durationMs = Math.round(durationUs / 1000);
    return { state: "ready", end_ms: this.endMs, duration_ms: durationMs, bytes, width, height, frames };
  }
}
