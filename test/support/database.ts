import type { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/storage/database.ts";

/** A real database in a folder of its own. Disposing it removes both. */
export interface TestDatabase extends Disposable {
  readonly database: Database;
  readonly folder: string;
}

export function createTestDatabase(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const database = openDatabase(folder);
  return {
    database,
    folder,
    [Symbol.dispose]: () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
