import type { Database } from "bun:sqlite";
import type { Clock } from "../core/clock.ts";
import type { Json } from "../core/json.ts";

/** The wanted values of the settings that were ever changed, by key. */
export class SettingsTable {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Rows of keys that a later version knows are there too. */
  load(): ReadonlyMap<string, Json> {
    const rows = this.#database.query<{ key: string; value: string }, []>("SELECT key, value FROM settings").all();
    return new Map(rows.map(({ key, value }) => [key, JSON.parse(value)]));
  }

  /** Leaves only these; to be called inside a transaction. */
  replace(values: ReadonlyMap<string, Json>): void {
    this.#database.run("DELETE FROM settings");
    this.save(values);
  }

  /** All or none, on disk when it returns; undefined removes a row. */
  save(values: ReadonlyMap<string, Json | undefined>): void {
    const changedMs = Math.trunc(this.#clock.wallMs());
    const write = this.#database.query(
      `INSERT INTO settings (key, value, changed_ms) VALUES ($key, $value, $changedMs)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_ms = excluded.changed_ms`,
    );
    const remove = this.#database.query("DELETE FROM settings WHERE key = $key");
    this.#database.transaction(() => {
      for (const [key, value] of values) {
        if (value === undefined) remove.run({ key });
        else write.run({ key, value: JSON.stringify(value), changedMs });
      }
    })();
  }
}
