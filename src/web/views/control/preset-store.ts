import { type ReadonlySignal, signal } from "@preact/signals";
import { MAX_PRESETS, type Preset, readPresets } from "./preset.ts";

const STORED_AS = "control-presets";

/** The presets that this browser keeps; other pages of it that are open follow. */
export interface PresetStore {
  readonly presets: ReadonlySignal<readonly Preset[]>;
  /** Adds it, or takes the place of the one with this id; false: the browser does not keep it. */
  put(preset: Preset): boolean;
  remove(id: string): boolean;
  close(): void;
}

/** Reads what is kept. */
export function createPresetStore(): PresetStore {
  const presets = signal(stored());
  const follow = ({ key }: StorageEvent) => {
    if (key === STORED_AS || key === null) presets.value = stored();
  };
  addEventListener("storage", follow);
  const write = (list: readonly Preset[]) => {
    try {
      if (list.length > MAX_PRESETS) return false;
      localStorage.setItem(STORED_AS, JSON.stringify(list));
    } catch {
      return false; // it is full, or this window keeps nothing
    }
    presets.value = list;
    return true;
  };
  return {
    presets,
    put(preset) {
      const list = presets.peek();
      const isKnown = list.some(({ id }) => id === preset.id);
      return write(isKnown ? list.map((each) => (each.id === preset.id ? preset : each)) : [...list, preset]);
    },
    remove: (id) => write(presets.peek().filter((preset) => preset.id !== id)),
    close: () => removeEventListener("storage", follow),
  };
}

function stored(): readonly Preset[] {
  try {
    return readPresets(JSON.parse(localStorage.getItem(STORED_AS) ?? "[]"));
  } catch {
    return [];
  }
}
