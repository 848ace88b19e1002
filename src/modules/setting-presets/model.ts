import * as v from "valibot";
import type { Immutable } from "../../core/immutable.ts";
import { MAX_KEYS, Settings } from "../settings/model.ts";

const MAX_NAME_LENGTH = 100;

const name = v.pipe(
  v.string("must be a text"),
  v.trim(),
  v.normalize("NFC"),
  v.nonEmpty("must not be empty"),
  v.maxLength(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`),
  v.regex(/^\P{Cc}*$/u, "must not have control characters"),
);
const values = v.pipe(
  v.record(v.string(), v.unknown(), "must be an object of settings"),
  v.check((given) => Object.keys(given).length > 0, "must have at least one setting"),
  v.check((given) => Object.keys(given).length <= MAX_KEYS, `must have at most ${MAX_KEYS} settings`),
);

/** What a preset is made of. */
export const PresetContent = { name, values } as const;

/** `POST /api/settings/presets`; `replace`: takes the place of the preset with this name, where there is one. */
export const PresetBody = v.strictObject({
  ...PresetContent,
  replace: v.optional(v.boolean("must be true or false"), false),
});

/** What is to be saved. */
export type PresetBody = v.InferOutput<typeof PresetBody>;

/** `PATCH /api/settings/presets/{id}`. */
export const PresetChange = v.pipe(
  v.strictObject({ name: v.optional(name), values: v.optional(values) }),
  v.check((change) => change.name !== undefined || change.values !== undefined, "must have name or values"),
);

/** What is to be different. */
export type PresetChange = v.InferOutput<typeof PresetChange>;

/** `POST /api/settings/presets/{id}/apply`: the settings that are left as they are. */
export const ApplyBody = v.optional(
  v.strictObject({
    except: v.optional(
      v.pipe(
        v.array(v.string("must be names of settings"), "must be a list"),
        v.maxLength(MAX_KEYS, `must have at most ${MAX_KEYS} entries`),
      ),
      [],
    ),
  }),
  {},
);

/** The preset in a path: its id, or its name. */
export const PresetParams = v.object({ id: v.string() });

/** One preset, with the values that the caller may read. `changed` in Unix milliseconds. */
export const PresetDescription = v.object({ id: v.string(), name: v.string(), changed: v.number(), values: Settings });

/** What is shown of a preset. */
export type PresetDescription = Immutable<v.InferOutput<typeof PresetDescription>>;
