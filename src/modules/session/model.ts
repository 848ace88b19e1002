import * as v from "valibot";
import { PERMISSIONS, ROLES } from "../../identity/permissions.ts";

/** Longer ones are refused before they are hashed; no password is. */
const MAX_TEXT = 1024;

const text = v.pipe(v.string("must be text"), v.maxLength(MAX_TEXT, `must have at most ${MAX_TEXT} characters`));

/** `POST /api/login`. */
export const LoginBody = v.strictObject({ username: text, password: text });

/** `POST /api/logout`; `?all`, with or without a value, ends every login of the user. */
export const LogoutQuery = v.object({ all: v.optional(v.string()) });

const role = v.nullable(v.picklist(ROLES));
const permissions = v.array(v.picklist(PERMISSIONS));

/** What a login answers; `expires` in Unix milliseconds. */
export const LoginAnswer = v.object({
  token: v.string(),
  expires: v.number(),
  user: v.string(),
  permissions,
  role,
  must_change_password: v.boolean(),
});

/** How many logins ended. */
export const LogoutAnswer = v.object({ ended: v.number() });

/** Who the caller is: `user` null is anonymous; `way` how it logged in; `expires` in Unix milliseconds, null: never. */
export const SessionAnswer = v.object({
  user: v.nullable(v.string()),
  permissions,
  way: v.nullable(v.picklist(["password", "token", "session"])),
  expires: v.nullable(v.number()),
  role,
  must_change_password: v.boolean(),
});
