import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rmdir,
  statfs,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../core/errors.ts";
import type { ReadAt } from "../media/mp4-fragments.ts";

/** Holds the volume's id: a folder without it, or with another one, is not the one that the rows speak of. */
const MARKER = ".rotordream-volume";
const MAX_MARKER_BYTES = 256;
/** `-2`, `-3`, … of files that begin in one second. */
const MAX_COLLISIONS = 100;
const FOLDER_MODE = 0o750;
const FILE_MODE = 0o640;

/** Free room of a file system, bytes. */
export interface Room {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** A new file and its name below the folder. */
export interface NewFile {
  readonly file: string;
  readonly handle: FileHandle;
}

/** What a recordings folder is built over. */
export interface RecordingFolderOptions {
  /** Absolute; made at its first use. */
  readonly path: string;
  /** The id that the rows belong to; undefined before the first use. */
  readonly volume: () => string | undefined;
  readonly setVolume: (id: string) => void;
  readonly newId: () => string;
}

/**
 * Where recordings lie. Every call goes to the file system without blocking the thread. The folder may be a disk that is mounted late:
 * nothing is written, looked for or deleted unless its marker is there.
 */
export class RecordingFolder {
  readonly #options: RecordingFolderOptions;
  #room: Promise<Room> | undefined;

  constructor(options: RecordingFolderOptions) {
    this.#options = options;
  }

  /** Throws AppError `unavailable` unless the folder is there and the right one; makes it at its first use. */
  async verify(): Promise<void> {
    const { path, volume, setVolume, newId } = this.#options;
    const wanted = volume();
    const found = await this.#marker();
    if (wanted !== undefined && found === wanted) return;
    if (wanted !== undefined) {
      throw unavailable(
        found === undefined
          ? "Storage is unavailable: the recordings folder is not there or empty: its disk may not be mounted yet; rotordream recordings repair takes the folder as it is"
          : "Storage is unavailable: the recordings folder is another one than before: another disk may be mounted there; rotordream recordings repair takes it as it is",
      );
    }
    const id = found ?? newId();
    await this.#mustWrite(async () => {
      await mkdir(path, { recursive: true, mode: FOLDER_MODE });
      if (found === undefined) await writeFile(join(path, MARKER), `${id}\n`, { flush: true, mode: FILE_MODE });
    });
    setVolume(id);
  }

  /** Takes the folder as it is: from now on it is the one that the rows speak of. Throws AppError `unavailable`. */
  async adopt(): Promise<void> {
    const { path, volume, setVolume, newId } = this.#options;
    const id = (await this.#marker()) ?? volume() ?? newId();
    await this.#mustWrite(async () => {
      await mkdir(path, { recursive: true, mode: FOLDER_MODE });
      await writeFile(join(path, MARKER), `${id}\n`, { flush: true, mode: FILE_MODE });
    });
    setVolume(id);
  }

  /** Free room; who asks while a disk hangs waits with the others, on one thread. Throws AppError `unavailable`. */
  room(): Promise<Room> {
    this.#room ??= this.#readRoom().finally(() => {
      this.#room = undefined;
    });
    return this.#room;
  }

  async #readRoom(): Promise<Room> {
    try {
      const { bsize, blocks, bavail } = await statfs(this.#options.path);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch {
      throw unavailable("Storage is unavailable: the recordings folder cannot be read");
    }
  }

  /** Opens a new file for `timeMs`: `2026/11/25/recording_20261125_143000.mp4`, UTC, `-2` behind it where that is taken. Throws system errors. */
  async create(prefix: "recording" | "snapshot", extension: "mp4" | "jpg", timeMs: number): Promise<NewFile> {
    const stem = fileStem(prefix, timeMs);
    await mkdir(join(this.#options.path, dirname(stem)), { recursive: true, mode: FOLDER_MODE });
    for (let number = 1; ; number++) {
      const file = `${stem}${number === 1 ? "" : `-${number}`}.${extension}`;
      try {
        return { file, handle: await open(this.#absolute(file), "wx+", FILE_MODE) };
      } catch (error) {
        if (!isCode(error, "EEXIST") || number === MAX_COLLISIONS) throw error;
      }
    }
  }

  /** Makes the names of new files in the folder of `file` last. */
  async syncFolderOf(file: string): Promise<void> {
    const handle = await open(dirname(this.#absolute(file)), "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Bytes; undefined where there is no such file. */
  async size(file: string): Promise<number | undefined> {
    try {
      return await Bun.file(this.#absolute(file))
        .stat()
        .then(({ size }) => size);
    } catch (error) {
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** Unix milliseconds of the last change; undefined where there is no such file. */
  async changedMs(file: string): Promise<number | undefined> {
    return (await this.size(file)) === undefined ? undefined : Bun.file(this.#absolute(file)).lastModified;
  }

  /** Absolute. */
  pathOf(file: string): string {
    return this.#absolute(file);
  }

  /** For answers over HTTP. */
  blob(file: string): Bun.BunFile {
    return Bun.file(this.#absolute(file));
  }

  /** Calls `look` with a way to read the file. Throws system errors. */
  async reading<T>(file: string, look: (read: ReadAt, bytes: number) => Promise<T>): Promise<T> {
    const handle = await open(this.#absolute(file), "r");
    try {
      const { size } = await handle.stat();
      return await look(readerOf(handle), size);
    } finally {
      await handle.close();
    }
  }

  /** Cuts the file's end off. */
  async trim(file: string, bytes: number): Promise<void> {
    await truncate(this.#absolute(file), bytes);
  }

  /** Writes a small file that may be lost in a power cut. */
  async write(file: string, bytes: Uint8Array): Promise<void> {
    await writeFile(this.#absolute(file), bytes, { mode: FILE_MODE });
  }

  /** Removes the file, its thumbnail and the folders that it leaves empty; what is gone already is no error. */
  async remove(file: string): Promise<void> {
    for (const each of [file, thumbnailOf(file)]) {
      try {
        await unlink(this.#absolute(each));
      } catch (error) {
        if (!isCode(error, "ENOENT")) throw error;
      }
    }
    for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
      try {
        await rmdir(this.#absolute(folder));
      } catch {
        return; // other files are in it
      }
    }
  }

  /** Files below the folder that are named as ours are. */
  async *files(): AsyncGenerator<string> {
    for (const year of await this.#entries("", /^\d{4}$/)) {
      for (const month of await this.#entries(year, /^\d\d$/)) {
        for (const day of await this.#entries(month, /^\d\d$/)) yield* await this.#entries(day, OUR_FILE);
      }
    }
  }

  async #entries(folder: string, named: RegExp): Promise<readonly string[]> {
    const names = await readdir(this.#absolute(folder));
    return names
      .filter((name) => named.test(name))
      .sort()
      .map((name) => (folder === "" ? name : `${folder}/${name}`));
  }

  async #marker(): Promise<string | undefined> {
    try {
      const text = await readFile(join(this.#options.path, MARKER), "utf8");
      return text.slice(0, MAX_MARKER_BYTES).trim();
    } catch {
      return undefined;
    }
  }

  async #mustWrite(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch {
      throw unavailable("Storage is unavailable: the recordings folder cannot be written to");
    }
  }

  #absolute(file: string): string {
    return join(this.#options.path, file);
  }
}

const OUR_FILE = /^(recording|snapshot)_(\d{8})_(\d{6})(-\d+)?\.(mp4|jpg)$/;

/** When the file of this name began, Unix milliseconds; undefined for names that are not ours. */
export function timeOfName(name: string): number | undefined {
  const [, , date = "", time = ""] = OUR_FILE.exec(name) ?? [];
  const ms = Date.parse(`${date.replace(/(....)(..)(..)/, "$1-$2-$3")}T${time.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Where the small picture of a recording is. */
export function thumbnailOf(file: string): string {
  return file.replace(/\.\w+$/, ".thumb.jpg");
}

/** Whether an error of the file system is `code`, such as `ENOSPC`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function fileStem(prefix: string, timeMs: number): string {
  const [year = "", month = "", day = "", hour, minute, second] = new Date(timeMs).toISOString().split(/[-T:.Z]/);
  return `${year}/${month}/${day}/${prefix}_${year}${month}${day}_${hour}${minute}${second}`;
}

function readerOf(handle: FileHandle): ReadAt {
  return async (offset, length) => {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  };
}

/** What cannot be recorded, stored or had now, and why. */
export function unavailable(message: string): AppError {
  return new AppError("unavailable", message, { errorCode: "STORAGE_UNAVAILABLE" });
}
