import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Json } from "../../../core/json.ts";
import type { Page } from "../../app/page.ts";
import type { Preset } from "./preset.ts";

const PATH = "/api/settings/presets";

/** The presets that the camera keeps, for every page and program. What changes them throws a `RequestError`. */
export interface PresetStore {
  /** Undefined until the camera has told them; follows whoever changes them. */
  readonly presets: ReadonlySignal<readonly Preset[] | undefined>;
  /** Why they are not known. */
  readonly failure: ReadonlySignal<unknown>;
  /** Asks for them again. */
  retry(): void;
  /** `mayReplace`: takes the place of the one with this name. */
  add(name: string, values: Preset["values"], mayReplace: boolean): Promise<void>;
  rename(preset: Preset, name: string): Promise<void>;
  remove(preset: Preset): Promise<void>;
  /** Brings its values to the camera, all or none, but for the settings of `except`. */
  apply(preset: Preset, except: readonly string[]): Promise<void>;
  close(): void;
}

/** Asks for them, and follows. */
export function createPresetStore({ http, control }: Pick<Page, "http" | "control">): PresetStore {
  const presets = signal<readonly Preset[] | undefined>(undefined);
  const failure = signal<unknown>(undefined);
  const { settings, link } = control;
  /** Another at every change, and with each connection. */
  const told = computed(() => `${settings.isKnown.value} ${JSON.stringify(settings.value("setting-presets").value)}`);
  let newest = 0;
  const load = async () => {
    newest += 1;
    const number = newest;
    try {
      const list = await http.get<readonly Preset[]>(PATH);
      if (newest !== number) return;
      presets.value = list;
      failure.value = undefined;
    } catch (error) {
      if (newest === number) failure.value = error;
    }
  };
  const stop = effect(() => {
    void told.value;
    untracked(() => void load());
  });
  /** Where nobody tells of changes, one asks. */
  const send = async (method: "POST" | "PATCH" | "DELETE", path: string, body?: Readonly<Record<string, Json>>) => {
    await http.send(method, path, body);
    if (link.state.peek() !== "open") await load();
  };
  return {
    presets,
    failure,
    retry: () => void load(),
    add: (name, values, mayReplace) => send("POST", PATH, { name, values, replace: mayReplace }),
    rename: ({ id }, name) => send("PATCH", `${PATH}/${id}`, { name }),
    remove: ({ id }) => send("DELETE", `${PATH}/${id}`),
    apply: ({ id }, except) => send("POST", `${PATH}/${id}/apply`, { except }),
    close() {
      newest += 1;
      stop();
    },
  };
}
