import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";
import { AppError } from "../core/errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** In the data folder. */
export const DATABASE_FILE = "rotordream.db";
/** `rotordream user` and a running server share the file; neither holds a lock for longer than one small transaction. */
const BUSY_TIMEOUT_MS = 2000;

/**
 * Opens the device's database in `dataFolder`, makes it where there is none, and brings it to the newest schema. WAL with full
 * synchronisation: what a committed transaction said survives a power cut. Throws AppError `unavailable` for a file of a newer
 * version or a damaged one; errors of the file system as they are.
 */
export function openDatabase(dataFolder: string): Database {
  const path = `${dataFolder}/${DATABASE_FILE}`;
  const database = new Database(path, { create: true, strict: true });
  try {
    chmodSync(path, 0o600); // before SQLite makes the files beside it, which inherit the mode
    database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = FULL");
    database.run("PRAGMA foreign_keys = ON");
    database.run("PRAGMA temp_store = MEMORY");
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** All steps that are missing, in one transaction; `user_version` counts them. */
function migrate(database: Database): void {
  if (versionOf(database) > MIGRATIONS.length) {
    throw new AppError(
      "unavailable",
      "The data folder was written by a newer version of RotorDream; use that version.",
    );
  }
  if (versionOf(database) === MIGRATIONS.length) return;
  database
    .transaction(() => {
      const version = versionOf(database);
      if (version >= MIGRATIONS.length) return; // another process was first
      for (const sql of MIGRATIONS.slice(version)) database.run(sql);
      database.run(`PRAGMA user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}

function versionOf(database: Database): number {
  const row = database.query<{ user_version: number }, []>("PRAGMA user_version").get();
  return row?.user_version ?? 0;
}
