import { array, object } from "valibot";
import { LOG_QUERY } from "../../http/log-query.ts";
import { NEXT_CURSOR, PAGING, page } from "../../http/paging.ts";
import { type Route, route } from "../../http/route.ts";
import type { EventLog } from "../../storage/event-log.ts";
import { describeEvent, EventDescription, EventsQuery } from "./model.ts";

/** What happened to the device, newest first. */
export function eventRoutes(events: Pick<EventLog, "list">): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/events",
      tag: "events",
      summary: "What happened, newest first",
      success: { data: array(EventDescription), beside: NEXT_CURSOR },
      access: "System_r",
      rate: "api",
      query: object({ ...EventsQuery.entries, ...LOG_QUERY, ...PAGING }),
      answer: ({ query }) => {
        const { from, to, cursor, limit, ...filter } = query;
        // One more than asked for tells whether there is another page.
        const found = events.list({ ...filter, fromMs: from, toMs: to, beforeId: cursor, limit: limit + 1 });
        return page(found, limit, describeEvent, ({ id }) => id);
      },
    }),
  ];
}
