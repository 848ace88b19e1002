import * as v from "valibot";
import type { Immutable } from "../../core/immutable.ts";

/** A hundred years. */
const MAX_DAYS = 36_500;
const DAYS = `must be a whole number from 0 to ${MAX_DAYS}`;
const BYTES = "must be a whole number from 0";

const days = v.pipe(v.number(DAYS), v.integer(DAYS), v.minValue(0, DAYS), v.maxValue(MAX_DAYS, DAYS));
const bytes = v.pipe(v.number(BYTES), v.safeInteger(BYTES), v.minValue(0, BYTES));
const yesOrNo = v.boolean("must be true or false");

/** What may be chosen, as in `[retention]` of the configuration; 0 days or bytes: without end. */
export const RETENTION_RULES = { days, bytes, overwrite: yesOrNo, delete_tagged: yesOrNo } as const;

/** The name of a rule. */
export type RetentionKey = keyof typeof RETENTION_RULES;
/** Every rule. */
export const RETENTION_KEYS = Object.keys(RETENTION_RULES) as readonly RetentionKey[];

/** `PATCH /api/recordings/retention`. */
export const RetentionChange = v.partial(v.strictObject(RETENTION_RULES));

/** What is to be different. */
export type RetentionChange = v.InferOutput<typeof RetentionChange>;

const origin = v.optional(v.picklist(["file", "environment", "flag"]));

/** The rules in force; `fixed`: those that cannot be changed here, and what of the start's configuration gives them. */
export const RetentionDescription = v.object({
  ...RETENTION_RULES,
  fixed: v.object({ days: origin, bytes: origin, overwrite: origin, delete_tagged: origin }),
});

/** The rules in force. */
export type RetentionDescription = Immutable<v.InferOutput<typeof RetentionDescription>>;

const number = (message: string) => v.pipe(v.string(message), v.regex(/^\d{1,16}$/, message), v.transform(Number));
const flag = v.pipe(
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((text) => text === "true"),
);

/** `GET /api/recordings/retention/preview`: rules that are not given are as in force. */
export const PreviewQuery = v.object({
  days: v.optional(v.pipe(number(DAYS), days)),
  bytes: v.optional(v.pipe(number(BYTES), bytes)),
  overwrite: v.optional(flag),
  delete_tagged: v.optional(flag),
});

/** What these rules would delete of what is there now; `tagged`: how many of the files are tagged. */
export const PreviewDescription = v.object({ files: v.number(), bytes: v.number(), tagged: v.number() });

/** What would be deleted. */
export type PreviewDescription = v.InferOutput<typeof PreviewDescription>;
