import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { InferOutput } from "valibot";
import type { Json } from "../../../core/json.ts";
import type { SettingSchemas } from "../../../modules/settings/model.ts";
import type { SettingInput } from "../../api/settings.ts";
import type { Page } from "../../app/page.ts";
import { resetValues, type Values } from "./batch.ts";
import { KNOBS, type KnobName } from "./setting-groups.ts";

/** What the camera allows for a setting now. */
export type KnobSchema = InferOutput<typeof SettingSchemas>[string];

/** Why a value did not become one. */
export interface Refusal {
  /** Undefined: it was a reset. */
  readonly value: Json | undefined;
  /** Its own words, where it was typed. */
  readonly typed?: string | undefined;
  readonly error: unknown;
}

/** The settings of this view: what they may be, what they are, and how to change them. */
export interface Desk {
  /** Undefined until the camera has told it; asked anew when it can do something else. */
  readonly schema: ReadonlySignal<Readonly<Record<string, KnobSchema>> | undefined>;
  /** Why there is no schema. */
  readonly failure: ReadonlySignal<unknown>;
  /** What this camera has, as it is. */
  readonly values: ReadonlySignal<Values>;
  /** As it was when the view was opened. */
  readonly opened: ReadonlySignal<Values | undefined>;
  readonly mayChange: ReadonlySignal<boolean>;
  readonly refusals: ReadonlySignal<Readonly<Partial<Record<KnobName, Refusal>>>>;
  set<K extends KnobName>(key: K, value: SettingInput<K>, typed?: string): Promise<boolean>;
  /** Says why a value is none; undefined: says nothing any more. */
  tell(key: KnobName, refusal: Refusal | undefined): void;
  reset(key: KnobName): void;
  /** Asks for the schema again. */
  retry(): void;
  close(): void;
}

/** Makes the desk; it follows the camera until it is closed. */
export function createDesk({ http, session, control }: Page): Desk {
  const schema = signal<Desk["schema"]["value"]>(undefined);
  const failure = signal<unknown>(undefined);
  const refusals = signal<Desk["refusals"]["value"]>({});
  const opened = signal<Values | undefined>(undefined);
  const { settings } = control;
  const values = computed<Values>(() =>
    Object.fromEntries(
      KNOBS.flatMap((key) => {
        const value = settings.value(key).value;
        return value === undefined ? [] : [[key, value as Json]];
      }),
    ),
  );
  const ask = async () => {
    try {
      schema.value = await http.get("/api/settings/schema");
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  const tell = (key: KnobName, refusal: Refusal | undefined) => {
    const { [key]: _, ...others } = refusals.peek();
    refusals.value = refusal === undefined ? others : { ...others, [key]: refusal };
  };
  // another camera, or another mode of it, can do something else
  const abilities = computed(() => {
    if (!settings.isKnown.value) return undefined;
    return `${Object.keys(values.value).join()} ${values.value.resolution} ${settings.value("main-camera").value}`;
  });
  const stop = effect(() => {
    if (abilities.value === undefined) return;
    untracked(() => {
      opened.value ??= values.value;
      void ask();
    });
  });
  return {
    schema,
    failure,
    values,
    opened,
    refusals,
    mayChange: computed(() => session.viewer.value?.permissions.has("Device_rw") ?? false),
    tell,
    async set(key, value, typed) {
      tell(key, undefined);
      try {
        await settings.set(key, value);
        return true;
      } catch (error) {
        tell(key, { value: value as Json, typed, error });
        return false;
      }
    },
    reset(key) {
      tell(key, undefined);
      resetValues(http, [key]).catch((error) => tell(key, { value: undefined, error }));
    },
    retry: () => void ask(),
    close: stop,
  };
}

/** Hands the desk down to the controls. */
export const DeskContext = createContext<Desk | undefined>(undefined);

/** The desk that this control stands on. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error("there is no DeskContext around this component");
  return desk;
}
