import { SQLiteError } from "bun:sqlite";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { SettingPreset, SettingPresetTable } from "../storage/setting-preset-table.ts";
import type { SettingName } from "./keys.ts";
import { checkValue, settingNamed, settingOf } from "./setting-check.ts";
import type { SettingOwner } from "./setting-owner.ts";

/** More than anybody finds their way in. */
export const MAX_SETTING_PRESETS = 100;

/** Values under names, kept on the device. What changes them belongs into `write`. */
export class SettingPresets {
  readonly #table: SettingPresetTable;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();

  constructor(table: SettingPresetTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** In the order in which they were made. */
  list(): readonly SettingPreset[] {
    return this.#table.list();
  }

  /** `word`: an id, else a name. Throws AppError `not-found`. */
  get(word: string): SettingPreset {
    const presets = this.list();
    const found = presets.find(({ id }) => String(id) === word) ?? presets.find(({ name }) => name === word);
    if (found === undefined) throw new AppError("not-found", "There is no such preset of settings");
    return found;
  }

  /** The one with this very name. */
  named(name: string): SettingPreset | undefined {
    return this.list().find((preset) => preset.name === name);
  }

  /** Throws AppError `conflict` for a name that is taken, with the key `name`, and when there are too many. */
  add(name: string, values: SettingPreset["values"]): SettingPreset {
    this.#refuseTaken(name, undefined);
    if (this.list().length >= MAX_SETTING_PRESETS)
      throw new AppError("conflict", `There are ${MAX_SETTING_PRESETS} presets already; remove one first`);
    const preset = { name, values, changedMs: Math.trunc(this.#clock.wallMs()) };
    const id = this.#table.add(preset);
    return { ...preset, id };
  }

  /** Gives it another name or other values. Throws AppError `conflict` for a name that another one has, with the key `name`. */
  change(before: SettingPreset, to: Partial<Pick<SettingPreset, "name" | "values">>): SettingPreset {
    if (to.name !== undefined) this.#refuseTaken(to.name, before.id);
    const changedMs = Math.max(Math.trunc(this.#clock.wallMs()), before.changedMs + 1);
    const preset = { ...before, ...to, changedMs };
    this.#table.replace(preset);
    return preset;
  }

  remove({ id }: SettingPreset): void {
    this.#table.remove(id);
  }

  /** All that `change` changes here and writes down of it, or none; then everybody is told. Throws AppError `unavailable` when the disk refuses. */
  write<T>(change: () => T): T {
    const result = this.#attempt(change);
    for (const listener of this.#listeners) listener();
    return result;
  }

  onChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #refuseTaken(name: string, own: number | undefined): void {
    const other = this.named(name);
    if (other === undefined || other.id === own) return;
    throw new AppError("conflict", "There is a preset with this name already; replace it or choose another name", {
      key: "name",
    });
  }

  #attempt<T>(change: () => T): T {
    try {
      return this.#table.atomically(change);
    } catch (error) {
      if (!(error instanceof SQLiteError)) throw error;
      throw new AppError(
        "unavailable",
        "The preset cannot be kept because the storage failed; free some space and try again",
        { errorCode: "STORAGE_UNAVAILABLE" },
      );
    }
  }
}

/** What a preset may hold: settings that can be changed and are kept, with values that some camera takes. Throws AppError `bad-request`, with the key. */
export function presetValues(given: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  const values = new Map<SettingName, Json>();
  for (const [word, value] of Object.entries(given)) {
    const name = settingNamed(word);
    const { persisted, write } = settingOf(name);
    if (!persisted || write === undefined) {
      throw new AppError("bad-request", `${name} is not kept by the device and cannot be part of a preset`, {
        errorCode: "INVALID_VALUE",
        key: name,
      });
    }
    values.set(name, checkValue(name, value, { supported: true }));
  }
  return Object.fromEntries(values);
}

/** Makes the list of names readable like a setting, so that every client is told when it changes. */
export function createSettingPresetsOwner(presets: SettingPresets): SettingOwner {
  const keys = ["setting-presets"] as const satisfies readonly SettingName[];
  return {
    keys,
    facts: () => ({ supported: true }),
    read: () => presets.list().map(({ id, name, changedMs }) => ({ id: String(id), name, changed: changedMs })),
    apply: () => {},
    restore: () => {},
    onChanged: (listener) => presets.onChanged(() => listener(keys)),
  };
}
