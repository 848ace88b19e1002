import type { Database } from "bun:sqlite";
import {
  array,
  finite,
  type InferOutput,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  pipe,
  safeParse,
  strictObject,
  string,
} from "valibot";
import { AppError } from "../../core/errors.ts";
import type { BackupPart } from "./backup.ts";

/** More than any device is given; keeps a strange file from filling the disk. */
const MAX_PRESETS = 1000;
const MAX_TEXT_LENGTH = 128;

const text = pipe(string(), minLength(1), maxLength(MAX_TEXT_LENGTH));
const position = pipe(number(), finite(), minValue(-1), maxValue(1));
const zoom = pipe(number(), finite(), minValue(1), maxValue(10));
const Presets = pipe(
  array(strictObject({ id: text, name: text, pan: position, tilt: position, zoom })),
  maxLength(MAX_PRESETS),
);

type Preset = InferOutput<typeof Presets>[number];

/** The stored positions of cameras, as part of a backup. */
export function createPresetsPart(database: Database): BackupPart {
  return {
    name: "presets",
    export: () => database.query<Preset, []>("SELECT id, name, pan, tilt, zoom FROM ptz_presets ORDER BY id").all(),
    check: (value) => void presetsOf(value),
    import(value) {
      database.run("DELETE FROM ptz_presets");
      const insert = database.query<never, Preset>(
        "INSERT INTO ptz_presets (id, name, pan, tilt, zoom) VALUES ($id, $name, $pan, $tilt, $zoom)",
      );
      for (const preset of presetsOf(value)) insert.run(preset);
    },
  };
}

function presetsOf(value: unknown): readonly Preset[] {
  const result = safeParse(Presets, value);
  if (!result.success)
    throw new AppError("bad-request", "parts.presets is not a list of presets", { key: "parts.presets" });
  const { output } = result;
  for (const unique of ["id", "name"] as const) {
    if (new Set(output.map((preset) => preset[unique])).size < output.length)
      throw new AppError("bad-request", `parts.presets has one ${unique} twice`, { key: "parts.presets" });
  }
  return output;
}
