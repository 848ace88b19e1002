import type { Database } from "bun:sqlite";
import type { Json } from "../core/json.ts";

/** Values of settings under a name. */
export interface SettingPreset {
  /** Never given again. */
  readonly id: number;
  /** Of one preset only. */
  readonly name: string;
  /** By key of the settings, as they were checked when they were saved. */
  readonly values: Readonly<Record<string, Json>>;
  /** Unix milliseconds; another at each change. */
  readonly changedMs: number;
}

type Row = { readonly id: number; readonly name: string; readonly content: string; readonly changed_ms: number };

const COLUMNS = "id, name, content, changed_ms";

/** The presets of settings. */
export class SettingPresetTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order in which they were made. */
  list(): readonly SettingPreset[] {
    return this.#database
      .query<Row, []>(`SELECT ${COLUMNS} FROM setting_presets ORDER BY id`)
      .all()
      .map(({ id, name, content, changed_ms }) => ({ id, name, values: JSON.parse(content), changedMs: changed_ms }));
  }

  /** Returns its id. */
  add({ name, values, changedMs }: Omit<SettingPreset, "id">): number {
    const { lastInsertRowid } = this.#database
      .query("INSERT INTO setting_presets (name, content, changed_ms) VALUES ($name, $content, $changedMs)")
      .run({ name, content: JSON.stringify(values), changedMs });
    return Number(lastInsertRowid);
  }

  replace({ id, name, values, changedMs }: SettingPreset): void {
    this.#database
      .query("UPDATE setting_presets SET name = $name, content = $content, changed_ms = $changedMs WHERE id = $id")
      .run({ id, name, content: JSON.stringify(values), changedMs });
  }

  remove(id: number): void {
    this.#database.query("DELETE FROM setting_presets WHERE id = $id").run({ id });
  }

  /** All that `task` changes in the database, or none. */
  atomically<T>(task: () => T): T {
    return this.#database.transaction(task).immediate();
  }

  /** Leaves only these; to be called inside a transaction. */
  replaceAll(presets: readonly Omit<SettingPreset, "id">[]): void {
    this.#database.run("DELETE FROM setting_presets");
    for (const preset of presets) this.add(preset);
  }
}
