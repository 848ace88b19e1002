import * as v from "valibot";
import type { Json } from "../core/json.ts";
import { Reply } from "./route.ts";

const DEFAULT_LIMIT = 100;
/** As many as there can be users, about 200 KB. */
const MAX_LIMIT = 1000;
const MAX_CURSOR_LENGTH = 200;
const LIMIT_RULE = `must be a whole number from 1 to ${MAX_LIMIT}`;

/** `limit` and `cursor` of a list, as texts of a query. */
export const pagingEntries = {
  limit: v.optional(
    v.pipe(
      v.string(),
      v.digits(LIMIT_RULE),
      v.transform(Number),
      v.minValue(1, LIMIT_RULE),
      v.maxValue(MAX_LIMIT, LIMIT_RULE),
    ),
    String(DEFAULT_LIMIT),
  ),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(MAX_CURSOR_LENGTH, "must be a next_cursor that was answered"))),
};

/** A part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next part begins; undefined at the end. */
  readonly next: string | undefined;
}

/** Cuts a page out of up to `limit + 1` items; `cursorOf` names the place behind an item. */
export function pageOf<T>(items: readonly T[], limit: number, cursorOf: (item: T) => string): Page<T> {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, next: items.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

/** Answers a page: `next_cursor` beside `data` and a `Link` to the next part, while there is one. */
export function pageReply(path: string, limit: number, { items, next }: Page<Json>): Reply {
  if (next === undefined) return new Reply(items);
  const query = new URLSearchParams({ limit: String(limit), cursor: next });
  return new Reply(items, {
    beside: { next_cursor: next },
    headers: { Link: `<${path}?${query}>; rel="next"` },
  });
}
