import type { Values } from "./batch.ts";
import { KNOBS } from "./setting-groups.ts";

/** A browser keeps no more. */
export const MAX_PRESETS = 100;

/** Values under a name. */
export interface Preset {
  readonly id: string;
  readonly name: string;
  readonly values: Values;
}

/** Of what was kept, by whatever version, what is a preset; settings that this view does not know are left out. */
export function readPresets(kept: unknown): readonly Preset[] {
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MAX_PRESETS).flatMap((each: unknown) => {
    const { id, name, values } = { id: undefined, name: undefined, values: undefined, ...(each as object) };
    if (typeof id !== "string" || typeof name !== "string" || typeof values !== "object" || values === null) return [];
    const known: readonly string[] = KNOBS;
    return [{ id, name, values: Object.fromEntries(Object.entries(values).filter(([key]) => known.includes(key))) }];
  });
}
