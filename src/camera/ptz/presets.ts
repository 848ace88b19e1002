import type { Database } from "bun:sqlite";
import { AppError } from "../../core/errors.ts";
import { PTZ_HOME, type PtzPosition } from "./driver.ts";

/** A position with a name. */
export interface PtzPreset extends PtzPosition {
  readonly id: string;
  readonly name: string;
}

/** The preset that "home" goes to; saved like any other, there from the start. */
export const HOME_ID = "home";
/** Beside home; more than any camera of this kind keeps. */
export const MAX_PRESETS = 128;

const COLUMNS = "id, name, pan, tilt, zoom";

/** Positions with names, kept in the database. */
export class PtzPresets {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By number; home stands first once it was saved. */
  list(): readonly PtzPreset[] {
    return this.#database
      .query<PtzPreset, []>(`SELECT ${COLUMNS} FROM ptz_presets ORDER BY id <> '${HOME_ID}', CAST(id AS INTEGER)`)
      .all();
  }

  /** Straight ahead until another was saved. */
  home(): PtzPosition {
    return this.#find(HOME_ID) ?? PTZ_HOME;
  }

  /** `word`: an id, else a name. Throws AppError `not-found`. */
  get(word: string): PtzPreset {
    const found = this.#find(word) ?? (word === HOME_ID ? { id: HOME_ID, name: HOME_ID, ...PTZ_HOME } : undefined);
    if (found === undefined) throw new AppError("not-found", `There is no preset ${word}`);
    return found;
  }

  /** Saves a position under a new id. The name `home` saves what "home" goes to, as often as one likes. Throws AppError `conflict` for a name that is taken, or when there are too many. */
  save(name: string, { pan, tilt, zoom }: PtzPosition): PtzPreset {
    const present = this.list();
    const isHome = name === HOME_ID;
    if (!isHome && present.some((preset) => preset.name === name))
      throw new AppError("conflict", `There is a preset ${name} already; remove it first or choose another name`);
    if (!isHome && present.filter(({ id }) => id !== HOME_ID).length >= MAX_PRESETS)
      throw new AppError("conflict", `There are ${MAX_PRESETS} presets already; remove one first`);
    const taken = new Set(present.map(({ id }) => id));
    let number = 1;
    while (taken.has(String(number))) number += 1;
    const preset = { id: isHome ? HOME_ID : String(number), name, pan, tilt, zoom };
    this.#database
      .query(
        `INSERT INTO ptz_presets (${COLUMNS}) VALUES ($id, $name, $pan, $tilt, $zoom)
         ON CONFLICT (id) DO UPDATE SET pan = excluded.pan, tilt = excluded.tilt, zoom = excluded.zoom`,
      )
      .run(preset);
    return preset;
  }

  /** Saves another position under an id, and another name where one is given. Throws AppError `not-found`, and `conflict` for a name that is taken. */
  replace(id: string, name: string | undefined, { pan, tilt, zoom }: PtzPosition): void {
    const present = this.get(id);
    if (name !== undefined && this.list().some((preset) => preset.name === name && preset.id !== present.id))
      throw new AppError("conflict", `There is a preset ${name} already; choose another name`);
    this.#database
      .query("UPDATE ptz_presets SET name = $name, pan = $pan, tilt = $tilt, zoom = $zoom WHERE id = $id")
      .run({ id: present.id, name: name ?? present.name, pan, tilt, zoom });
  }

  /** Throws AppError `not-found`. */
  remove(id: string): void {
    const { changes } = this.#database.query("DELETE FROM ptz_presets WHERE id = $id").run({ id });
    if (changes === 0) throw new AppError("not-found", `There is no preset ${id}`);
  }

  #find(word: string): PtzPreset | undefined {
    const query = `SELECT ${COLUMNS} FROM ptz_presets WHERE id = $word OR name = $word ORDER BY id <> $word LIMIT 1`;
    return this.#database.query<PtzPreset, { word: string }>(query).get({ word }) ?? undefined;
  }
}
