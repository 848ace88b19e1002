import type { Database } from "bun:sqlite";
import type { Json } from "../core/json.ts";

/** The rules of retention that somebody chose, by key. */
export class RetentionTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  load(): ReadonlyMap<string, Json> {
    const rows = this.#database.query<{ key: string; value: string }, []>("SELECT key, value FROM retention").all();
    return new Map(rows.map(({ key, value }) => [key, JSON.parse(value)]));
  }

  /** All or none, with what `record` writes beside them. */
  save(values: ReadonlyMap<string, Json>, record: () => void): void {
    this.#database
      .transaction(() => {
        this.#put(values);
        record();
      })
      .immediate();
  }

  /** Leaves only these; to be called inside a transaction. */
  replace(values: ReadonlyMap<string, Json>): void {
    this.#database.run("DELETE FROM retention");
    this.#put(values);
  }

  #put(values: ReadonlyMap<string, Json>): void {
    const write = this.#database.query(
      "INSERT INTO retention (key, value) VALUES ($key, $value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    for (const [key, value] of values) write.run({ key, value: JSON.stringify(value) });
  }
}
