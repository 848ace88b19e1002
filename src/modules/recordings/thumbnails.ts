import { sentenceOf } from "../../core/disk-failure.ts";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { type RecordingFolder, thumbnailOf } from "../../storage/recording-folder.ts";
import type { RecordingRow } from "../../storage/recording-table.ts";

/** Small pictures for lists, beside the files that they show. */
export interface Thumbnails {
  /** Keeps the picture of now for a part that begins; never fails, there may be none. */
  keep(row: Pick<RecordingRow, "file">): Promise<void>;
  /** Throws AppError `not-found`. */
  open(row: Pick<RecordingRow, "file" | "kind">): Promise<Blob>;
}

/** Builds them; `take` gives a small JPEG of the newest picture. */
export function createThumbnails(folder: RecordingFolder, take: () => Promise<Uint8Array>, log: Log): Thumbnails {
  return {
    async keep({ file }) {
      try {
        await folder.write(thumbnailOf(file), await take());
      } catch (error) {
        log.debug("there is no small picture of a recording", { reason: sentenceOf(error) });
      }
    },
    async open({ file, kind }) {
      const picture = kind === "snapshot" ? file : thumbnailOf(file);
      if ((await folder.size(picture)) === undefined)
        throw new AppError("not-found", "There is no small picture of this recording");
      return folder.blob(picture);
    },
  };
}
