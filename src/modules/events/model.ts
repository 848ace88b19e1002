import {
  custom,
  digits,
  type InferOutput,
  maxLength,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  string,
  transform,
} from "valibot";
import type { Json } from "../../core/json.ts";
import { type DeviceEvent, EVENT_KINDS } from "../../storage/event-log.ts";

const FROM = "must be a time in Unix milliseconds";
/** Enough for the next 30,000 years. */
const MAX_TIME_DIGITS = 15;

/** What part of the list to show, beside paging. */
export const EventsQuery = object({
  from: optional(pipe(string(), digits(FROM), maxLength(MAX_TIME_DIGITS, FROM), transform(Number))),
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
