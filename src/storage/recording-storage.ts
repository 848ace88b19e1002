import type { Database } from "bun:sqlite";
import { join } from "node:path";
import { RecordingFolder } from "./recording-folder.ts";
import { RecordingTable } from "./recording-table.ts";

/** In the data folder; a disk may be mounted there. */
const FOLDER = "recordings";
const ID_BYTES = 12;

/** Rows and files of what was recorded. */
export interface RecordingStorage {
  readonly table: RecordingTable;
  readonly folder: RecordingFolder;
  /** A fresh id: 16 characters of base64url. */
  readonly newId: () => string;
}

/** Builds it; nothing is touched yet. */
export function createRecordingStorage(
  dataFolder: string,
  database: Database,
  randomBytes: (length: number) => Uint8Array,
): RecordingStorage {
  const newId = () => randomBytes(ID_BYTES).toBase64({ alphabet: "base64url" });
  const table = new RecordingTable(database);
  const folder = new RecordingFolder({
    path: join(dataFolder, FOLDER),
    volume: () => table.volume(),
    setVolume: (id) => table.setVolume(id),
    newId,
  });
  return { table, folder, newId };
}
