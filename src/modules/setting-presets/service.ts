import { AppError, type ErrorKind } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Permission } from "../../identity/permissions.ts";
import { settingNamed, settingOf } from "../../settings/setting-check.ts";
import { presetValues, type SettingPresets } from "../../settings/setting-presets.ts";
import type { SettingsActor, SettingsStore } from "../../settings/settings-store.ts";
import type { AuditLog } from "../../storage/audit-log.ts";
import type { SettingPreset } from "../../storage/setting-preset-table.ts";
import type { PresetBody, PresetChange } from "./model.ts";

type Permissions = ReadonlySet<Permission>;
type Described = { readonly id: string; readonly name: string; readonly changed: number; readonly values: Values };
type Values = { readonly [key: string]: Json };

/** Presets of settings as REST shows them. A preset is its settings: who may not change all of these may not change or remove it. */
export interface PresetService {
  /** In the order in which they were made, after the one with the id `afterId`. */
  list(query: { readonly afterId?: number | undefined; readonly limit: number }): readonly SettingPreset[];
  describe(preset: SettingPreset, permissions: Permissions): Described;
  /** Throws AppError `bad-request`, `forbidden`, `conflict`, `unavailable`. */
  save(body: PresetBody, actor: SettingsActor): SettingPreset;
  /** Likewise, and `not-found`. */
  change(word: string, change: PresetChange, actor: SettingsActor): SettingPreset;
  /** Throws AppError `forbidden`, `not-found`, `unavailable`. */
  remove(word: string, actor: SettingsActor): void;
  /** Brings its values to the camera, all or none but those of `except`. Throws AppError `conflict` and `not-supported` with the key that this camera refuses, and as changing settings does. */
  apply(word: string, except: readonly string[], actor: SettingsActor): Promise<Values>;
}

/** What presets are built over. */
export interface PresetParts {
  readonly presets: SettingPresets;
  readonly store: Pick<SettingsStore, "update">;
  readonly audit: Pick<AuditLog, "record">;
}

/** The service over the presets of this device. */
export function createPresetService({ presets, store, audit }: PresetParts): PresetService {
  return {
    list: ({ afterId = 0, limit }) =>
      presets
        .list()
        .filter(({ id }) => id > afterId)
        .slice(0, limit),
    describe: ({ id, name, changedMs, values }, permissions) => ({
      ...{ id: String(id), name, changed: changedMs },
      values: Object.fromEntries(Object.entries(values).filter(([key]) => mayRead(key, permissions))),
    }),
    save({ name, values: given, replace }, actor) {
      const values = presetValues(given);
      const before = replace ? presets.named(name) : undefined;
      demand([...Object.keys(values), ...Object.keys(before?.values ?? {})], actor);
      return presets.write(() => {
        const preset = before === undefined ? presets.add(name, values) : presets.change(before, { values });
        const action = before === undefined ? "preset-added" : "preset-changed";
        audit.record(actor, action, name, { settings: Object.keys(values) });
        return preset;
      });
    },
    change(word, { name, values: given }, actor) {
      const before = presets.get(word);
      const values = given === undefined ? undefined : presetValues(given);
      demand([...Object.keys(before.values), ...Object.keys(values ?? {})], actor);
      return presets.write(() => {
        const preset = presets.change(before, { name: name ?? before.name, values: values ?? before.values });
        audit.record(actor, "preset-changed", preset.name, {
          ...(preset.name === before.name ? {} : { before: before.name }),
          ...(values === undefined ? {} : { settings: Object.keys(values) }),
        });
        return preset;
      });
    },
    remove(word, actor) {
      const preset = presets.get(word);
      demand(Object.keys(preset.values), actor);
      presets.write(() => {
        presets.remove(preset);
        audit.record(actor, "preset-removed", preset.name);
      });
    },
    async apply(word, except, actor) {
      const { values } = presets.get(word);
      const left = except.map(settingNamed);
      const wanted = Object.entries(values).filter(([key]) => !left.some((each) => each === key));
      if (wanted.length === 0) throw new AppError("conflict", "Nothing of the preset is left to apply");
      try {
        return Object.fromEntries(await store.update(Object.fromEntries(wanted), actor));
      } catch (error) {
        throw error instanceof AppError ? refusal(error) : error;
      }
    },
  };
}

/** What a preset asks for is no mistake of the request: this camera is another, or in another state, than when it was saved. */
const REFUSALS: Readonly<Partial<Record<ErrorKind, ErrorKind>>> = {
  "bad-request": "conflict",
  conflict: "conflict",
  "not-supported": "not-supported",
};

function refusal(error: AppError): AppError {
  const kind = REFUSALS[error.kind];
  const { key } = error.detail;
  if (kind === undefined) return error;
  return new AppError(kind, `Nothing of the preset was applied: ${error.message}`, key === undefined ? {} : { key });
}

/** Settings that a later version knew are nobody's to guard. */
function demand(keys: readonly string[], { permissions }: SettingsActor): void {
  for (const key of keys) {
    const permission = declarationOf(key)?.write;
    if (permission === undefined || permissions.has(permission)) continue;
    throw new AppError("forbidden", `${key} needs the permission ${permission}`, { permission, key });
  }
}

function mayRead(key: string, permissions: Permissions): boolean {
  const permission = declarationOf(key)?.read;
  return permission !== undefined && permissions.has(permission);
}

function declarationOf(key: string) {
  try {
    return settingOf(settingNamed(key));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
