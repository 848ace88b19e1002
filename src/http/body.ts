import { type GenericSchema, safeParse } from "valibot";
import { AppError } from "../core/errors.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type ErrorCode, invalidValue } from "./errors.ts";
import type { Route } from "./route.ts";

const DEFAULT_MAX_BYTES = 1024 * 1024;
/** A body that drips in slower than this is refused; idle connections are closed earlier. */
const BODY_DEADLINE_MS = 30_000;
/** Nothing that a client sends is nested half as deep; what walks a value may then recurse. */
const MAX_JSON_DEPTH = 64;

type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** Checks a value against a schema; throws AppError `bad-request` naming the key. */
export function validate(schema: GenericSchema, value: unknown): unknown {
  const result = safeParse(schema, value);
  if (!result.success) throw invalidValue(result.issues);
  return result.output;
}

/** Reads a body as its route wants it: JSON whatever its `Content-Type` says (a missing or empty one is `{}`), text, or bytes. Throws AppError `too-large`, `bad-request`. */
export async function readBody(
  request: Request,
  { bodyForm = "json", maxBodyBytes = DEFAULT_MAX_BYTES }: Pick<Route, "bodyForm" | "maxBodyBytes">,
  scheduler: Scheduler,
): Promise<unknown> {
  const bytes = await readBounded(request, maxBodyBytes, scheduler);
  if (bodyForm === "bytes") return bytes;
  const text = decode(bytes);
  return bodyForm === "text" ? text : parseJson(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed("The body is not valid UTF-8");
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  if (depthOf(text) > MAX_JSON_DEPTH) throw malformed(`The body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  try {
    return HUGE_NUMBER.test(text) ? JSON.parse(text, finiteOnly) : JSON.parse(text);
  } catch {
    throw malformed("The body is not valid JSON");
  }
}

function malformed(message: string): AppError {
  return new AppError("bad-request", message, { errorCode: "MALFORMED_JSON" satisfies ErrorCode });
}

/** What a number beyond all doubles has somewhere: looking at every value costs more than the parsing. */
const HUGE_NUMBER = /\d[eE]\+?\d{3}|\d{309}/;

/** `1e999` is valid JSON and becomes infinite, which no schema for numbers expects and no answer can carry. */
function finiteOnly(_: string, value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new RangeError("too large a number");
  return value;
}

/** How deep the brackets of a JSON text are nested, those in strings left out. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth -= 1;
  }
  return deepest;
}

async function readBounded(request: Request, maxBytes: number, scheduler: Scheduler): Promise<Uint8Array> {
  const tooLarge = new AppError("too-large", `The body is larger than ${maxBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge;
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();

  let late = false;
  const cancelDeadline = scheduler.after(BODY_DEADLINE_MS, () => {
    late = true;
    abandon(reader);
  });
  const body = new Uint8Array(new ArrayBuffer(0, { maxByteLength: maxBytes }));
  try {
    for (let part = await nextPart(reader); part !== undefined; part = await nextPart(reader)) {
      const start = body.length;
      if (start + part.length > maxBytes) throw tooLarge;
      body.buffer.resize(start + part.length);
      body.set(part, start);
    }
  } finally {
    cancelDeadline();
    abandon(reader);
  }
  if (late) throw new AppError("bad-request", "The body did not arrive in time");
  return body;
}

/** The next bytes; undefined at the end. A peer that hangs up is its fault, not our defect. */
async function nextPart(reader: BodyReader): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value;
  } catch {
    throw new AppError("bad-request", "The body ended before it was complete");
  }
}

function abandon(reader: BodyReader): void {
  reader.cancel().catch(() => {});
}
