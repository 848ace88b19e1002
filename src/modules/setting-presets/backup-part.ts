import {
  array,
  type InferOutput,
  maxLength,
  minValue,
  number,
  pipe,
  safeInteger,
  safeParse,
  strictObject,
} from "valibot";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { MAX_SETTING_PRESETS, presetValues } from "../../settings/setting-presets.ts";
import type { SettingPresetTable } from "../../storage/setting-preset-table.ts";
import type { BackupPart } from "../maintenance/backup.ts";
import { PresetContent } from "./model.ts";

const KEY = "parts.setting_presets";

const Presets = pipe(
  array(strictObject({ ...PresetContent, changed: pipe(number(), safeInteger(), minValue(0)) })),
  maxLength(MAX_SETTING_PRESETS),
);

/** The presets of settings, as part of a backup. */
export function createSettingPresetsPart(table: SettingPresetTable): BackupPart {
  return {
    name: "setting_presets",
    export: () => table.list().map(({ name, values, changedMs }) => ({ name, values, changed: changedMs })),
    check: (value) => void presetsOf(value),
    import: (value) => table.replaceAll(presetsOf(value)),
  };
}

function presetsOf(value: Json) {
  const result = safeParse(Presets, value);
  if (!result.success) throw new AppError("bad-request", `${KEY} is not a list of presets`, { key: KEY });
  if (new Set(result.output.map(({ name }) => name)).size < result.output.length)
    throw new AppError("bad-request", `${KEY} has one name twice`, { key: KEY });
  return result.output.map(presetOf);
}

function presetOf({ name, values, changed }: InferOutput<typeof Presets>[number]) {
  try {
    return { name, values: presetValues(values), changedMs: changed };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("bad-request", `${KEY} holds what is no setting: ${error.message}`, { key: KEY });
  }
}
