import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Permission } from "../../identity/permissions.ts";
import { settingNamed, settingOf } from "../../settings/setting-check.ts";
import type { SettingDescription } from "../../settings/setting-description.ts";
import type { SettingsActor, SettingsStore } from "../../settings/settings-store.ts";

type Values = { readonly [key: string]: Json };
type Permissions = ReadonlySet<Permission>;

/** Settings as REST shows them. */
export interface SettingsService {
  /** What this device has of the readable ones. */
  all(permissions: Permissions): Values;
  schema(permissions: Permissions): { readonly [key: string]: SettingDescription };
  /** Throws AppError `not-found` for an unknown key. */
  one(key: string, permissions: Permissions): Values;
  change(changes: Readonly<Record<string, unknown>>, actor: SettingsActor): Promise<Values>;
  /** `text` is the bare value: `75`, `true`, `1920x1080` or its JSON. */
  changeOne(key: string, text: string, actor: SettingsActor): Promise<Values>;
  reset(keys: readonly string[] | undefined, actor: SettingsActor): Promise<Values>;
}

/** Settings over the store. */
export function createSettingsService(store: SettingsStore): SettingsService {
  return {
    all: (permissions) =>
      Object.fromEntries(
        store
          .readable(permissions)
          .filter((key) => store.facts(key).supported)
          .map((key) => [key, store.read(key)]),
      ),
    schema(permissions) {
      const keys = new Set([...store.readable(permissions), ...store.writable(permissions)]);
      return Object.fromEntries([...keys].map((key) => [key, store.describe(key)]));
    },
    one(key, permissions) {
      const name = existing(key);
      const { read } = settingOf(name);
      if (read === undefined)
        throw new AppError("bad-request", "This can only be written", { errorCode: "WRITE_ONLY", key });
      if (!permissions.has(read)) {
        throw new AppError("forbidden", `${name} needs the permission ${read}`, { permission: read, key: name });
      }
      return { [name]: store.read(name) };
    },
    change: async (changes, actor) => Object.fromEntries(await store.update(changes, actor)),
    changeOne: async (key, text, actor) => {
      const name = existing(key);
      return Object.fromEntries(await store.update({ [name]: bareValue(text, settingOf(name).type) }, actor));
    },
    reset: async (keys, actor) => Object.fromEntries(await store.reset(keys, actor)),
  };
}

/** In a path, an unknown name is a resource that is not there. */
function existing(key: string) {
  try {
    return settingNamed(key);
  } catch (error) {
    if (error instanceof AppError) throw new AppError("not-found", error.message, error.detail);
    throw error;
  }
}

/** Read as JSON; what is none, or a word where a text is wanted, is the text itself. */
function bareValue(text: string, type: string): unknown {
  const trimmed = text.trim();
  try {
    const value: unknown = JSON.parse(trimmed);
    return type === "string" && typeof value !== "string" ? trimmed : value;
  } catch {
    return trimmed;
  }
}
