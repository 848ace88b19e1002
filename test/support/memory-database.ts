import { Database } from "bun:sqlite";
import { MIGRATIONS } from "../../src/storage/migrations.ts";

/** A database of the newest schema that lives in memory. */
export function memoryDatabase(): Database {
  const database = new Database(":memory:", { strict: true });
  database.run("PRAGMA foreign_keys = ON");
  for (const sql of MIGRATIONS) database.run(sql);
  return database;
}
