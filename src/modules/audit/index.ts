import { array, object } from "valibot";
import type { Json } from "../../core/json.ts";
import { LOG_QUERY } from "../../http/log-query.ts";
import { NEXT_CURSOR, PAGING, page } from "../../http/paging.ts";
import { type Route, route } from "../../http/route.ts";
import type { AuditEntry, AuditLog } from "../../storage/audit-log.ts";
import { AuditAnswer, AuditQuery } from "./model.ts";

/** Who did what. */
export function auditRoutes(audit: AuditLog): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/audit",
      tag: "users",
      summary: "Who did what, newest first",
      success: { data: array(AuditAnswer), beside: NEXT_CURSOR },
      access: "System_rw",
      rate: "api",
      query: object({ ...AuditQuery.entries, ...LOG_QUERY, ...PAGING }),
      answer: ({ query: { from, to, cursor, limit, ...filter } }) => {
        const found = audit.list({ ...filter, fromMs: from, toMs: to, beforeId: cursor, limit: limit + 1 });
        return page(found, limit, describeEntry, ({ id }) => id);
      },
    }),
  ];
}

function describeEntry({ id, timeMs, user, address, action, subject, detail }: AuditEntry): Json {
  return { id, time: timeMs, user: user ?? null, address, action, subject, detail };
}
