import { custom, type InferOutput, number, object, optional, picklist, record, string } from "valibot";
import type { Json } from "../../core/json.ts";
import { type DeviceEvent, EVENT_KINDS } from "../../storage/event-log.ts";

/** What part of the list to show, beside paging. */
export const EventsQuery = object({
  kind: optional(picklist(EVENT_KINDS, `must be one of ${EVENT_KINDS.join(", ")}`)),
});

/** One event, with the names that the WebSocket uses. `time` in Unix milliseconds. */
export const EventDescription = object({
  id: number(),
  event: picklist(EVENT_KINDS),
  time: number(),
  data: record(
    string(),
    custom<Json>(() => true),
  ),
});

/** What is shown of an event. */
export type EventDescription = InferOutput<typeof EventDescription>;

/** An event as clients see it. */
export function describeEvent({ id, kind, timeMs, data }: DeviceEvent): EventDescription {
  return { id, event: kind, time: timeMs, data };
}
