import * as v from "valibot";

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
