import type { Database } from "bun:sqlite";
import type { Json } from "../core/json.ts";

/** What a row is about. */
export type OnvifMediaKind = "profile" | "configuration";

/** ONVIF's media profiles and the values of configurations that are no settings, by kind and token. */
export class OnvifMediaTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order in which they were first saved. */
  load(kind: OnvifMediaKind): ReadonlyMap<string, Json> {
    const query = "SELECT token, value FROM onvif_media WHERE kind = $kind ORDER BY rowid";
    const rows = this.#database.query<{ token: string; value: string }, { kind: string }>(query).all({ kind });
    return new Map(rows.map(({ token, value }) => [token, JSON.parse(value)]));
  }

  /** On disk when it returns. */
  save(kind: OnvifMediaKind, token: string, value: Json): void {
    this.#database
      .query(
        `INSERT INTO onvif_media (kind, token, value) VALUES ($kind, $token, $value)
         ON CONFLICT (kind, token) DO UPDATE SET value = excluded.value`,
      )
      .run({ kind, token, value: JSON.stringify(value) });
  }

  remove(kind: OnvifMediaKind, token: string): void {
    this.#database.query("DELETE FROM onvif_media WHERE kind = $kind AND token = $token").run({ kind, token });
  }
}
