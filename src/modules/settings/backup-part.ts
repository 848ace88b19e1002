import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { checkValue, settingNamed } from "../../settings/setting-check.ts";
import type { SettingsTable } from "../../storage/settings-table.ts";
import type { BackupPart } from "../maintenance/backup.ts";

/** The settings that were changed, as part of a backup. Those that this device does not have are kept for one that has. */
export function createSettingsPart(kept: () => ReadonlyMap<string, Json>, table: SettingsTable): BackupPart {
  return {
    name: "settings",
    export: () => Object.fromEntries(kept()),
    check: (value) => void settingsOf(value),
    import: (value) => table.replace(settingsOf(value)),
  };
}

function settingsOf(value: Json): ReadonlyMap<string, Json> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("is not an object of settings");
  const settings = new Map<string, Json>();
  for (const [key, content] of Object.entries(value)) {
    try {
      const name = settingNamed(key);
      settings.set(name, checkValue(name, content, { supported: true }));
    } catch (error) {
      if (error instanceof AppError) throw invalid(`holds what is no setting: ${error.message}`);
      throw error;
    }
  }
  return settings;
}

function invalid(what: string): AppError {
  return new AppError("bad-request", `parts.settings ${what}`, { key: "parts.settings" });
}
