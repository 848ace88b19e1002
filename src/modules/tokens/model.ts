import * as v from "valibot";
import { PERMISSIONS } from "../../identity/permissions.ts";
import { TOKEN_NAME, TOKEN_NAME_RULE } from "../../identity/token-name.ts";

const EXPIRES_RULE = "must be a time in Unix milliseconds, or null";
/** The year 9999. */
const MAX_TIME_MS = 253_402_300_799_999;

const tokenName = v.pipe(v.string(TOKEN_NAME_RULE), v.regex(TOKEN_NAME, TOKEN_NAME_RULE));

/** `/api/tokens/{id}`. */
export const TokenParams = v.object({ id: v.string() });

/** `GET /api/tokens`; another user's with `User_rw`. */
export const TokensQuery = v.object({ user: v.optional(v.string()) });

/** `POST /api/tokens`; `permissions` left out: all that the caller may give; `expires` left out or null: never. */
export const TokenBody = v.strictObject({
  name: tokenName,
  expires: v.optional(
    v.nullable(
      v.pipe(
        v.number(EXPIRES_RULE),
        v.integer(EXPIRES_RULE),
        v.minValue(0, EXPIRES_RULE),
        v.maxValue(MAX_TIME_MS, EXPIRES_RULE),
      ),
    ),
  ),
  permissions: v.optional(
    v.pipe(
      v.array(v.picklist(PERMISSIONS, "must be a permission such as Media_r"), "must be a list of permissions"),
      v.maxLength(PERMISSIONS.length, `must name at most ${PERMISSIONS.length} permissions`),
    ),
  ),
  user: v.optional(v.string("must be a user name")),
});

const entries = {
  id: v.string(),
  name: v.string(),
  user: v.string(),
  permissions: v.array(v.picklist(PERMISSIONS)),
  created: v.number(),
  expires: v.nullable(v.number()),
  last_used: v.nullable(v.number()),
};

/** A token without its secret. Times are Unix milliseconds. */
export const TokenAnswer = v.object(entries);

/** A token that was just made; `token` is its secret, shown this once. */
export const NewTokenAnswer = v.object({ ...entries, token: v.string() });
