import { AppError } from "../../core/errors.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import {
  type FileSlice,
  MAX_PROGRESSIVE_SAMPLES,
  type ProgressiveFile,
  progressiveFile,
} from "../../media/mp4-progressive.ts";
import type { RecordingRow } from "../../storage/recording-table.ts";

/** Looking through a day's recording takes a second; who asks meanwhile may ask again. */
const MAX_AT_ONCE = 2;
/** A player that is paused asks again; its index has some megabytes. */
const KEEP_MS = 60_000;
/** What a download holds in memory, beside the head. */
const READ_BYTES = 256 << 10;

/** A file that is sent in part or whole. */
export interface RangedFile {
  /** Bytes. */
  readonly size: number;
  /** From `begin` to before `end`, read as it is taken. */
  slice(begin: number, end: number): ReadableStream<Uint8Array>;
}

/** Recordings as progressive MP4 files, which are put together while they are sent: nothing is written. */
export class ProgressiveFiles {
  readonly #scheduler: Pick<Scheduler, "after">;
  /** By tag. Who asks for what another one waits for waits with it. */
  readonly #underWay = new Map<string, Promise<ProgressiveFile>>();
  /** A player asks for one file again and again. */
  #newest: { readonly tag: string; readonly file: ProgressiveFile } | undefined;
  #cancelDrop: (() => void) | undefined;

  constructor(scheduler: Pick<Scheduler, "after">) {
    this.#scheduler = scheduler;
  }

  /** The file of a row that `requireWhole` lets pass; `tag` names the bytes. Throws AppError `conflict`, `limit-reached`. */
  async open(blob: Blob, tag: string): Promise<RangedFile> {
    const file = this.#newest?.tag === tag ? this.#newest.file : await this.#find(blob, tag);
    this.#keep(tag, file);
    return contentOf(file, blob);
  }

  #find(blob: Blob, tag: string): Promise<ProgressiveFile> {
    const waited = this.#underWay.get(tag);
    if (waited !== undefined) return waited;
    if (this.#underWay.size === MAX_AT_ONCE) {
      throw new AppError("limit-reached", "Other recordings are being made ready: try again in a few seconds");
    }
    const file = look(blob).finally(() => this.#underWay.delete(tag));
    this.#underWay.set(tag, file);
    return file;
  }

  /** Its index is dropped when nobody asked for it for a while. */
  #keep(tag: string, file: ProgressiveFile): void {
    this.#newest = { tag, file };
    this.#cancelDrop?.();
    this.#cancelDrop = this.#scheduler.after(KEEP_MS, () => {
      this.#newest = undefined;
    });
  }
}

/** Throws AppError `conflict` for what cannot be had as a progressive file. */
export function requireWhole({ kind, state, frames }: Pick<RecordingRow, "kind" | "state" | "frames">): void {
  if (kind !== "video") throw new AppError("conflict", "A stored picture cannot be had as MP4");
  if (state === "recording") {
    throw new AppError("conflict", "The recording is running: stop it first, or download it without format=mp4");
  }
  if (state !== "ready") throw damaged();
  if (frames > MAX_PROGRESSIVE_SAMPLES) {
    const message = `The recording has more than ${MAX_PROGRESSIVE_SAMPLES} pictures: download it without format=mp4`;
    throw new AppError("conflict", message);
  }
}

async function look(blob: Blob): Promise<ProgressiveFile> {
  const read = (offset: number, length: number) => blob.slice(offset, Math.min(offset + length, blob.size)).bytes();
  const file = await progressiveFile(read, blob.size);
  if (file === undefined) throw damaged();
  return file;
}

function damaged(): AppError {
  return new AppError("conflict", "The recording is damaged: download it without format=mp4");
}

function contentOf({ head, slices, size }: ProgressiveFile, blob: Blob): RangedFile {
  return {
    size,
    slice(begin, end) {
      const pieces = piecesOf(head, slices, blob, begin, end);
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { value } = pieces.next();
            if (value === undefined) controller.close();
            else controller.enqueue(await value.bytes());
          },
        },
        { highWaterMark: 0 },
      );
    },
  };
}

/** From `begin` to before `end`, in order, each small enough for the memory. */
function* piecesOf(
  head: Uint8Array<ArrayBuffer>,
  slices: readonly FileSlice[],
  blob: Blob,
  begin: number,
  end: number,
): Generator<Blob, undefined> {
  let at = head.length;
  if (begin < at) yield new Blob([head.subarray(begin, Math.min(end, at))]);
  for (const { offset, length } of slices) {
    const to = Math.min(end, at + length);
    for (let from = Math.max(begin, at); from < to; from += READ_BYTES) {
      const place = offset + from - at;
      yield blob.slice(place, place + Math.min(READ_BYTES, to - from));
    }
    at += length;
  }
}
