import * as v from "valibot";
import { AUDIT_ACTIONS } from "../../storage/audit-actions.ts";

const MAX_USER_LENGTH = 64;

/** What part of the log to show, beside time, text and paging. */
export const AuditQuery = v.object({
  user: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(MAX_USER_LENGTH, `must have at most ${MAX_USER_LENGTH} characters`),
      v.transform((name) => name.normalize("NFC")),
    ),
  ),
  action: v.optional(v.picklist(AUDIT_ACTIONS, `must be one of ${AUDIT_ACTIONS.join(", ")}`)),
});

/** Who did what; `user` null: nobody was logged in; `time` in Unix milliseconds. */
export const AuditAnswer = v.object({
  id: v.number(),
  time: v.number(),
  user: v.nullable(v.string()),
  address: v.string(),
  action: v.string(),
  subject: v.string(),
  detail: v.record(v.string(), v.unknown()),
});
