import type { SettingName } from "./keys.ts";

/** Those who want to know of an owner's changes. */
export class SettingChanges {
  readonly #listeners: ((keys: readonly SettingName[]) => void)[] = [];

  listen(listener: (keys: readonly SettingName[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Tells everyone; nobody hears of no keys. */
  tell(keys: readonly SettingName[]): void {
    if (keys.length === 0) return;
    for (const listener of this.#listeners) listener(keys);
  }
}
