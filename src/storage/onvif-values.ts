import type { Database } from "bun:sqlite";
import type { Json } from "../core/json.ts";

/** One value that ONVIF clients configured. */
export interface OnvifValue {
  /** Undefined: it was never configured. */
  load(): Json | undefined;
  save(value: Json): void;
}

/** The value under a key. */
export function openOnvifValue(database: Database, key: string): OnvifValue {
  return {
    load() {
      const row = database
        .query<{ value: string }, { key: string }>("SELECT value FROM onvif_values WHERE key = $key")
        .get({ key });
      return row === null ? undefined : JSON.parse(row.value);
    },
    save(value) {
      database
        .query(
          `INSERT INTO onvif_values (key, value) VALUES ($key, $value)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        )
        .run({ key, value: JSON.stringify(value) });
    },
  };
}
