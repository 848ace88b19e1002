import { digits, maxLength, optional, pipe, string, transform } from "valibot";

const TIME = "must be a time in Unix milliseconds";
/** Enough for the next 30,000 years. */
const MAX_TIME_DIGITS = 15;
const MAX_SEARCH_LENGTH = 100;

const unixMs = pipe(string(), digits(TIME), maxLength(MAX_TIME_DIGITS, TIME), transform(Number));

/** Members of the query of a log, beside paging: `from` and `to` in Unix milliseconds, `to` itself not included, and a text that stands anywhere in a line. */
export const LOG_QUERY = {
  from: optional(unixMs),
  to: optional(unixMs),
  search: optional(pipe(string(), maxLength(MAX_SEARCH_LENGTH, `must have at most ${MAX_SEARCH_LENGTH} characters`))),
} as const;
