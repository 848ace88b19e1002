import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Permission } from "../../identity/permissions.ts";
import type { SettingName } from "../../settings/keys.ts";
import { SETTING_NAMES, settingNamed, settingOf } from "../../settings/setting-check.ts";
import type { SettingsStore } from "../../settings/settings-store.ts";
import { errorAnswer } from "./protocol.ts";

/** Not a key, but subscribed to like one. */
const EVENTS = "events";
const EVENTS_PERMISSION: Permission = "System_r";

/** What a client asked to be told of beside the settings that everybody is told of. */
export class Subscriptions {
  readonly #names = new Set<string>();
  /** Subscribed to and not pushed yet. */
  readonly #fresh = new Set<string>();

  get hasEvents(): boolean {
    return this.#names.has(EVENTS);
  }

  has(name: SettingName): boolean {
    return this.#names.has(name);
  }

  /** True once for a key whose present value the client does not have yet. */
  takeFresh(name: SettingName): boolean {
    return this.#fresh.delete(name);
  }

  /** Keys that were asked for with `get` are pushed from then on. */
  note(keys: readonly string[]): void {
    for (const key of keys) if (isOnRequest(key)) this.#names.add(key);
  }

  /** Throws AppError `bad-request` for an unknown name, `forbidden` without the permission; nothing is subscribed then. */
  add(names: readonly string[], permissions: ReadonlySet<Permission>): Readonly<Record<string, Json>> {
    const wanted = names.map((name) => {
      const key = name === EVENTS ? EVENTS : settingNamed(name);
      const permission = key === EVENTS ? EVENTS_PERMISSION : settingOf(key).read;
      if (permission !== undefined && permissions.has(permission)) return key;
      throw new AppError("forbidden", `${key} cannot be read`, { key });
    });
    for (const name of wanted) {
      if (!this.#names.has(name)) this.#fresh.add(name);
      this.#names.add(name);
    }
    return { subscribed: [...this.#names] };
  }

  remove(names: readonly string[]): Readonly<Record<string, Json>> {
    for (const name of names) this.#names.delete(name);
    return { subscribed: [...this.#names] };
  }
}

function isOnRequest(key: string): boolean {
  return SETTING_NAMES.some((name) => name === key && settingOf(name).onRequest === true);
}

/** The answer to `get`: values, and why others cannot be read; the first reason alone where none can. */
export function readSettings(
  store: SettingsStore,
  keys: "*" | readonly string[],
  permissions: ReadonlySet<Permission>,
): Readonly<Record<string, Json>> {
  if (keys === "*") {
    const present = store.readable(permissions).filter((key) => store.facts(key).supported);
    return Object.fromEntries(present.map((key) => [key, store.read(key)]));
  }
  const values: Record<string, Json> = {};
  const errors: Record<string, Json> = {};
  let first: Readonly<Record<string, Json>> | undefined;
  for (const word of keys) {
    try {
      const key = settingNamed(word);
      const { read } = settingOf(key);
      if (read === undefined || !permissions.has(read)) throw new AppError("forbidden", "Permission denied", { key });
      values[key] = store.read(key);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const answer = errorAnswer(error);
      first ??= answer;
      errors[word.slice(0, 64)] = answer.error ?? "Failed";
    }
  }
  if (first === undefined) return values;
  return Object.keys(values).length === 0 ? first : { ...values, errors };
}
