import * as v from "valibot";
import { PERMISSIONS } from "../../identity/permissions.ts";

/** More keys than there are in one request are a mistake. */
export const MAX_KEYS = 100;

/** Values by key: which keys and what they may be is in `GET /api/settings/schema`. */
export const Settings = v.record(v.string(), v.unknown());

/** `POST /api/settings`. */
export const SettingsBody = v.pipe(
  v.record(v.string(), v.unknown(), "must be an object of settings"),
  v.check((body) => Object.keys(body).length <= MAX_KEYS, `must have at most ${MAX_KEYS} settings`),
);

/** `POST /api/settings/reset`. */
export const ResetBody = v.strictObject({
  keys: v.optional(
    v.pipe(
      v.array(v.string("must be names of settings"), "must be a list"),
      v.maxLength(MAX_KEYS, `must have at most ${MAX_KEYS} entries`),
    ),
  ),
});

/** The key in a path. */
export const KeyParams = v.object({ key: v.string() });

const permission = v.optional(v.picklist(PERMISSIONS));

/** One setting in `GET /api/settings/schema`. */
export const SettingSchema = v.object({
  type: v.picklist(["integer", "number", "boolean", "string", "object", "array"]),
  supported: v.boolean(),
  reason: v.optional(v.string()),
  minimum: v.optional(v.number()),
  maximum: v.optional(v.number()),
  step: v.optional(v.number()),
  options: v.optional(v.array(v.union([v.string(), v.number()]))),
  unit: v.optional(v.string()),
  default: v.optional(v.unknown()),
  read: permission,
  write: permission,
});

/** `GET /api/settings/schema`. */
export const SettingSchemas = v.record(v.string(), SettingSchema);
