import { array, object } from "valibot";
import type { Json } from "../../core/json.ts";
import { NEXT_CURSOR, PAGING, page } from "../../http/paging.ts";
import { type Route, route } from "../../http/route.ts";
import type { AuditEntry, AuditLog } from "../../storage/audit-log.ts";
import { AuditAnswer } from "./model.ts";

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
      query: object(PAGING),
      answer: ({ query: { limit, cursor } }) =>
        page(audit.list({ beforeId: cursor, limit: limit + 1 }), limit, describeEntry, ({ id }) => id),
    }),
  ];
}

function describeEntry({ id, timeMs, user, address, action, subject, detail }: AuditEntry): Json {
  return { id, time: timeMs, user: user ?? null, address, action, subject, detail };
}
