import {
  array,
  boolean,
  check,
  digits,
  type InferOutput,
  integer,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  object,
  optional,
  picklist,
  pipe,
  regex,
  strictObject,
  string,
  transform,
} from "valibot";

const TIME = "must be a time in Unix milliseconds";
const MAX_TIME_DIGITS = 15;
const MAX_TIME_MS = 10 ** MAX_TIME_DIGITS;
const MAX_NAME_LENGTH = 128;
const MAX_NOTE_LENGTH = 1000;
/** Of one recording; each is listed with it. */
export const MAX_TAGS = 500;
const DAY_SECONDS = 86_400;

const text = (length: number) =>
  pipe(
    string("must be a text"),
    maxLength(length, `must have at most ${length} characters`),
    regex(/^\P{Cc}*$/u, "must not have control characters"),
  );
const title = pipe(text(MAX_NAME_LENGTH), minLength(1, "must not be empty"));
const tagTitles = pipe(array(title, "must be a list of texts"), maxLength(MAX_TAGS, `must have at most ${MAX_TAGS}`));

const MODES = ["video", "timelapse"] as const;

/** `POST /api/recording/start`; nothing is needed. `filename` is for display; `duration` in seconds that pass; `mode` as the setting `record-mode` unless given. */
export const StartBody = optional(
  strictObject({
    filename: optional(title),
    duration: optional(
      pipe(
        number("must be a number"),
        minValue(1, "must be between 1 and 86400"),
        maxValue(DAY_SECONDS, "must be between 1 and 86400"),
      ),
    ),
    mode: optional(picklist(MODES, "must be video or timelapse")),
    stream: optional(picklist(["stream1", "stream2"], "must be stream1 or stream2"), "stream1"),
    tags: optional(tagTitles, []),
    pre_roll: optional(
      pipe(
        number("must be a number"),
        minValue(0, "must be between 0 and 10"),
        maxValue(10, "must be between 0 and 10"),
      ),
    ),
  }),
  {},
);

/** `POST /api/recording/tag`; without `recording_id` the running recording is meant, without `timestamp` (Unix milliseconds) now. */
export const TagBody = strictObject({
  title,
  note: optional(text(MAX_NOTE_LENGTH), ""),
  category: optional(text(MAX_NAME_LENGTH), ""),
  timestamp: optional(pipe(number(TIME), integer(TIME), minValue(0, TIME), maxValue(MAX_TIME_MS, TIME))),
  recording_id: optional(text(MAX_NAME_LENGTH)),
});

/** `PATCH /api/recordings/{id}`. */
export const ChangeBody = pipe(
  strictObject({ title: optional(title), tags: optional(tagTitles) }),
  check(({ title, tags }) => title !== undefined || tags !== undefined, "must have title or tags"),
);

const timeInQuery = optional(pipe(string(), digits(TIME), maxLength(MAX_TIME_DIGITS, TIME), transform(Number)));
const CURSOR = "must be the next_cursor of an answer";

/** `GET /api/recordings`, beside `limit`. `from` counts, `to` does not. */
export const ListQuery = object({
  from: timeInQuery,
  to: timeInQuery,
  kind: optional(picklist(["video", "snapshot"], "must be video or snapshot")),
  tag: optional(text(MAX_NAME_LENGTH)),
  cursor: optional(
    pipe(
      string(),
      regex(/^\d{1,15}\.[\w-]{1,64}$/, CURSOR),
      transform((cursor) => ({ startMs: Number.parseInt(cursor, 10), id: cursor.slice(cursor.indexOf(".") + 1) })),
    ),
  ),
});

/** `GET /api/recordings/{id}`: `mp4` is a progressive file, one index in front instead of fragments. */
export const FileQuery = object({ format: optional(picklist(["mp4"], "must be mp4")) });

/** A recording in a path. */
export const RecordingParams = object({ id: pipe(string(), maxLength(MAX_NAME_LENGTH)) });

/** A tag as clients see it. */
export const TagDescription = object({ title: string(), note: string(), category: string(), timestamp: number() });

const STATES = ["recording", "ready", "damaged", "missing"] as const;

/**
 * A file of the library. `start` and `end`: when its first and last picture were taken, Unix milliseconds; `duration`: how long it plays, seconds. Sizes in
 * bytes. `interval_ms`: between pictures of a time-lapse.
 */
export const RecordingDescription = object({
  id: string(),
  /** The same for all parts of one recording. */
  recording_id: string(),
  kind: picklist(["video", "snapshot"]),
  mode: optional(picklist(MODES)),
  interval_ms: optional(number()),
  filename: string(),
  state: picklist(STATES),
  start: number(),
  end: optional(number()),
  duration: number(),
  duration_ms: number(),
  file_size: number(),
  resolution: string(),
  fps: number(),
  codec: string(),
  trigger: string(),
  tags: array(TagDescription),
});

/** What is shown of a file. */
export type RecordingDescription = InferOutput<typeof RecordingDescription>;

/**
 * `GET /api/recording/status`. `start`: of the first picture, Unix milliseconds; `duration`: how long it plays so far, `remaining_seconds`: how
 * long can be recorded; sizes and room in bytes.
 */
export const StatusDescription = object({
  recording: boolean(),
  state: picklist(["off", "starting", "recording", "paused", "stopping"]),
  recording_id: optional(string()),
  filename: optional(string()),
  mode: optional(picklist(MODES)),
  start: optional(number()),
  duration: number(),
  file_size: number(),
  frames_lost: number(),
  remaining_space: optional(number()),
  remaining_seconds: optional(number()),
});

/** The answer to a start. */
export const StartDescription = object({ recording_id: string(), filename: string() });

/** What a stopped recording came to; `parts` where it was split. */
export const StopDescription = object({
  recording_id: string(),
  filename: string(),
  duration: number(),
  file_size: number(),
  parts: optional(array(object({ id: string(), filename: string(), duration: number(), file_size: number() }))),
});

/** The answer to pause and resume. */
export const StateDescription = object({ recording_id: string(), state: picklist(["recording", "paused"]) });

/** The answer to a tag. */
export const TaggedDescription = object({ recording_id: string(), tagged: literal(true) });

const BOUNDS = "must be 2 to 64 times in Unix milliseconds, growing, with commas between";

/** `GET /api/recordings/counts`: what began from each of these times to the next. */
export const CountsQuery = object({
  bounds: pipe(
    string(BOUNDS),
    regex(/^\d{1,15}(?:,\d{1,15}){1,63}$/, BOUNDS),
    transform((text) => text.split(",").map(Number)),
    check((times) => times.every((time, index) => time > (times[index - 1] ?? -1)), BOUNDS),
  ),
});

/** What began from `from`, which counts, to `to`: files by kind, seconds that they play, bytes. */
export const CountDescription = object({
  from: number(),
  to: number(),
  videos: number(),
  snapshots: number(),
  duration: number(),
  file_size: number(),
});

/** What began within a time. */
export type CountDescription = InferOutput<typeof CountDescription>;

/**
 * The disk of the recordings, bytes; at `min_free_bytes` recording ends, or the oldest go. `remaining_seconds`: of video at `bytes_per_second`, the rate of
 * the newest recordings; both missing where there are none. Of `retention`, 0 days or bytes are without end.
 */
export const StorageDescription = object({
  total_bytes: number(),
  free_bytes: number(),
  min_free_bytes: number(),
  recordings_bytes: number(),
  bytes_per_second: optional(number()),
  remaining_seconds: optional(number()),
  retention: object({ days: number(), bytes: number(), overwrite: boolean(), delete_tagged: boolean() }),
});

/** The disk of the recordings. */
export type StorageDescription = InferOutput<typeof StorageDescription>;

/** Of several times. */
export const CountDescriptions = array(CountDescription);
