import { AppError } from "../../core/errors.ts";
import { type FileSlice, type ProgressiveFile, progressiveFile } from "../../media/mp4-progressive.ts";
import type { RecordingRow } from "../../storage/recording-table.ts";

/** Looking through a day's recording takes a second; who asks meanwhile may ask again. */
const MAX_AT_ONCE = 2;
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
  #running = 0;
  /** A player asks for one file again and again. */
  #newest: { readonly tag: string; readonly file: ProgressiveFile } | undefined;

  /** `tag` names the bytes. Throws AppError `conflict` for what is not a whole recording, `limit-reached`. */
  async open({ kind, state }: RecordingRow, blob: Blob, tag: string): Promise<RangedFile> {
    if (kind !== "video") throw new AppError("conflict", "A stored picture cannot be had as MP4");
    if (state === "recording") {
      throw new AppError("conflict", "The recording is running: stop it first, or download it without format=mp4");
    }
    if (state !== "ready") throw damaged();
    return contentOf(await this.#find(blob, tag), blob);
  }

  async #find(blob: Blob, tag: string): Promise<ProgressiveFile> {
    if (this.#newest?.tag === tag) return this.#newest.file;
    if (this.#running === MAX_AT_ONCE) {
      throw new AppError("limit-reached", "Other recordings are being made ready: try again in a few seconds");
    }
    this.#running += 1;
    try {
      const file = await progressiveFile(
        (offset, length) => blob.slice(offset, Math.min(offset + length, blob.size)).bytes(),
        blob.size,
      );
      if (file === undefined) throw damaged();
      this.#newest = { tag, file };
      return file;
    } finally {
      this.#running -= 1;
    }
  }
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
