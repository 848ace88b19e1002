import { type ReadonlySignal, signal } from "@preact/signals";
import { RequestError } from "../../api/request-error.ts";
import { sameValue } from "./batch.ts";
import type { Preset } from "./preset.ts";
import type { PresetStore } from "./preset-store.ts";
import { KNOBS } from "./setting-groups.ts";

/** Where earlier versions of this page kept them. */
const STORED_AS = "control-presets";
const MAX_PRESETS = 100;
/** Of the camera's names. */
const MAX_NAME_LENGTH = 100;

/** The presets that this browser has kept for an earlier version of the page, until they are in the camera. */
export interface BrowserPresets {
  readonly presets: ReadonlySignal<readonly Preset[]>;
  /** Moves one after the other to the camera; those that are there are gone here. Throws a `RequestError` with the first that is refused. */
  moveTo(store: PresetStore): Promise<void>;
}

/** Reads what is kept. */
export function createBrowserPresets(): BrowserPresets {
  const presets = signal(stored());
  const forget = (preset: Preset) => {
    const left = presets.peek().filter((each) => each !== preset);
    if (left.length === 0) localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, JSON.stringify(left));
    presets.value = left;
  };
  return {
    presets,
    async moveTo(store) {
      for (const preset of presets.peek()) {
        await move(preset, store);
        forget(preset);
      }
    },
  };
}

/** Under its name, or the next that is free; not at all where the camera has the same already. */
async function move({ name, values }: Preset, store: PresetStore): Promise<void> {
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? "" : ` (${number})`;
    const wanted = `${name.trim().slice(0, MAX_NAME_LENGTH - ending.length)}${ending}`;
    const known = store.presets.peek()?.find((each) => each.name === wanted);
    if (known !== undefined && sameValue(known.values, values)) return;
    try {
      await store.add(wanted, values, false);
      return;
    } catch (error) {
      if (!isTaken(error) || number >= MAX_PRESETS) throw error;
    }
  }
}

/** Whether the camera has refused a name because another preset has it. */
export function isTaken(error: unknown): boolean {
  return error instanceof RequestError && error.failure.code === "CONFLICT" && error.failure.key === "name";
}

function stored(): readonly Preset[] {
  try {
    return readPresets(JSON.parse(localStorage.getItem(STORED_AS) ?? "[]"));
  } catch {
    return []; // this window keeps nothing
  }
}

/** Of what was kept, by whatever version, what is a preset; settings that this view does not know are left out. */
export function readPresets(kept: unknown): readonly Preset[] {
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MAX_PRESETS).flatMap((each: unknown) => {
    const { id, name, values } = { id: undefined, name: undefined, values: undefined, ...(each as object) };
    if (typeof id !== "string" || typeof name !== "string" || typeof values !== "object" || values === null) return [];
    const known: readonly string[] = KNOBS;
    const entries = Object.entries(values as Preset["values"]).filter(([key]) => known.includes(key));
    return entries.length === 0 ? [] : [{ id, name, values: Object.fromEntries(entries) }];
  });
}
