import { sentenceOf } from "../../core/disk-failure.ts";
import { AppError } from "../../core/errors.ts";
import { type RecordingFolder, unavailable } from "../../storage/recording-folder.ts";
import type { RecordingQuery, RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import { describeRecording } from "./describe-recording.ts";
import type { RecordingDescription } from "./model.ts";
import type { RecordingRoom } from "./recording-room.ts";

const TOO_LITTLE_ROOM = "Too little room is left on the disk to store a picture";

/** What is kept, as clients see it. */
export interface Library {
  list(query: RecordingQuery): readonly RecordingRow[];
  describe(row: RecordingRow): RecordingDescription;
  /** Throws AppError `not-found`. */
  find(id: string): RecordingRow;
  /** The file, and how much of it is whole. Throws AppError `not-found`, `unavailable`. */
  open(id: string): Promise<{ readonly row: RecordingRow; readonly blob: Blob }>;
  /** Throws AppError `not-found`. */
  change(
    id: string,
    change: { readonly title?: string | undefined; readonly tags?: readonly string[] | undefined },
  ): RecordingRow;
  /** File and row together. Throws AppError `not-found`, `conflict` while it is recorded, `unavailable`. */
  remove(id: string): Promise<void>;
  /** Stores a JPEG where there is room. Throws AppError `unavailable`. */
  addSnapshot(jpeg: Uint8Array, size: { readonly width: number; readonly height: number }): Promise<RecordingRow>;
}

/** What the library is built over. */
export interface LibraryParts {
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly recorder: {
    isInUse(id: string): boolean;
    readonly openBytes: number;
    readonly room: Pick<RecordingRoom, "make">;
  };
  readonly newId: () => string;
  readonly nowMs: () => number;
}

/** Rows and files of everything that was stored. */
export function createLibrary({ folder, table, recorder, newId, nowMs }: LibraryParts): Library {
  const find = (id: string) => {
    const row = table.find(id);
    if (row === undefined) throw new AppError("not-found", "There is no such recording");
    return row;
  };
  const onDisk = async <T>(task: () => Promise<T>) => {
    try {
      await folder.verify();
      return await task();
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw unavailable(`Storage is unavailable: ${sentenceOf(error)}`);
    }
  };
  return {
    list: (query) => table.list(query),
    describe: (row) => describeRecording(row, table.tags(row.id)),
    find,
    open: async (id) => {
      const row = find(id);
      return await onDisk(async () => {
        const size = await folder.size(row.file);
        if (size === undefined) throw new AppError("not-found", "The file of this recording is gone");
        // a failing disk may have left a part of a fragment behind what is whole
        const whole = recorder.isInUse(id) ? recorder.openBytes : row.state === "ready" ? row.bytes : size;
        const bytes = Math.min(size, whole);
        return { row, blob: folder.blob(row.file).slice(0, bytes) };
      });
    },
    change(id, { title, tags }) {
      const row = find(id);
      if (title !== undefined) table.rename(row.id, title);
      if (tags !== undefined) {
        // the same title may stand at several moments: each is used once
        const known = [...table.tags(row.id)];
        const kept = tags.map((name) => {
          const index = known.findIndex((tag) => tag.title === name);
          const [tag] = index < 0 ? [] : known.splice(index, 1);
          return tag ?? { time_ms: row.start_ms, title: name, note: "", category: "" };
        });
        table.replaceTags(row.id, kept);
      }
      return find(id);
    },
    async remove(id) {
      const row = find(id);
      if (recorder.isInUse(id)) throw new AppError("conflict", "The recording is running: stop it first");
      await onDisk(() => folder.remove(row.file));
      table.remove(row.id);
    },
    addSnapshot: (jpeg, { width, height }) =>
      onDisk(async () => {
        if (!(await recorder.room.make())) throw unavailable(TOO_LITTLE_ROOM);
        const startMs = nowMs();
        const { file, handle } = await folder.create("snapshot", "jpg", startMs);
        try {
          await handle.writeFile(jpeg);
          await handle.sync();
          await folder.syncFolderOf(file);
        } catch (error) {
          await folder.remove(file).catch(() => {});
          throw error;
        } finally {
          await handle.close();
        }
        const id = newId();
        const row: RecordingRow = {
          ...{ id, recording_id: id, kind: "snapshot", file, name: file.slice(file.lastIndexOf("/") + 1) },
          ...{ state: "ready", start_ms: startMs, end_ms: startMs, duration_ms: 0, bytes: jpeg.length },
          ...{ width, height, frames: 1, codec: "jpeg", cause: "manual", missing_since_ms: null, interval_ms: null },
        };
        table.add(row);
        return row;
      }),
  };
}
