import { digits, maxLength, maxValue, minValue, optional, pipe, string, transform } from "valibot";
import type { Json } from "../core/json.ts";
import { Reply } from "./route.ts";

const DEFAULT_LIMIT = "100";
/** An answer of this many small objects stays well below a megabyte. */
const MAX_LIMIT = 1000;
const LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`;
const CURSOR = "must be the next_cursor of an answer";
/** Any id that JavaScript counts exactly. */
const MAX_CURSOR_DIGITS = 15;
const MAX_CURSOR_LENGTH = 64;

/** Members of the query of a list whose entries have numbers that grow: `limit`, and `cursor`, the number of the last entry seen. */
export const PAGING = {
  limit: optional(
    pipe(string(), digits(LIMIT), transform(Number), minValue(1, LIMIT), maxValue(MAX_LIMIT, LIMIT)),
    DEFAULT_LIMIT,
  ),
  cursor: optional(pipe(string(), digits(CURSOR), maxLength(MAX_CURSOR_DIGITS, CURSOR), transform(Number))),
} as const;

/** The same for entries that are told apart by names: `cursor` is the last name seen. */
export const NAME_PAGING = {
  limit: PAGING.limit,
  cursor: optional(pipe(string(), maxLength(MAX_CURSOR_LENGTH, CURSOR))),
} as const;

/** What stands beside the list, for a route's `success.beside`. */
export const NEXT_CURSOR = { next_cursor: optional(string()) } as const;

/** A page of a list: `entries` holds one more than `limit` where there are more; `cursorOf` gives the cursor that continues after an entry. */
export function page<T>(
  entries: readonly T[],
  limit: number,
  describe: (entry: T) => Json,
  cursorOf: (entry: T) => string | number,
): Reply {
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  const more = last !== undefined && entries.length > limit;
  return new Reply(shown.map(describe), more ? { nextCursor: String(cursorOf(last)) } : {});
}
