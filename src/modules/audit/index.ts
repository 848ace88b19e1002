import { array, object, optional, pipe, regex, string } from "valibot";
import type { Json } from "../../core/json.ts";
import { pageOf, pageReply, pagingEntries } from "../../http/paging.ts";
import { type Route, route } from "../../http/route.ts";
import type { AuditEntry, AuditLog } from "../../storage/audit-log.ts";
import { AuditAnswer } from "./model.ts";

const PATH = "/api/audit";
const Query = object({
  ...pagingEntries,
  cursor: optional(pipe(string(), regex(/^\d{1,15}$/, "must be a next_cursor that was answered"))),
});

/** Who did what. */
export function auditRoutes(audit: AuditLog): readonly Route[] {
  return [
    route({
      method: "GET",
      path: PATH,
      tag: "users",
      summary: "Who did what, newest first",
      success: { data: array(AuditAnswer) },
      access: "System_rw",
      rate: "api",
      query: Query,
      answer: ({ query: { limit, cursor } }) => {
        const beforeId = cursor === undefined ? undefined : Number(cursor);
        const page = pageOf(audit.list({ beforeId, limit: limit + 1 }), limit, ({ id }) => String(id));
        return pageReply(PATH, limit, { ...page, items: page.items.map(describeEntry) });
      },
    }),
  ];
}

function describeEntry({ id, timeMs, user, address, action, subject, detail }: AuditEntry): Json {
  return { id, time: timeMs, user: user ?? null, address, action, subject, detail };
}
