import { type GenericSchema, safeParse } from "valibot";
import { AppError } from "../core/errors.ts";
import { type ErrorCode, invalidValue } from "./errors.ts";
import type { Route } from "./route.ts";

const DEFAULT_MAX_BYTES = 1024 * 1024;
/** A body that drips in slower than this is refused; idle connections are closed earlier. */
const BODY_DEADLINE_MS = 30_000;

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
): Promise<unknown> {
  const bytes = await readBounded(request, maxBodyBytes);
  if (bodyForm === "bytes") return bytes;
  const text = new TextDecoder().decode(bytes);
  return bodyForm === "text" ? text : parseJson(text);
}

function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("bad-request", "The body is not valid JSON", {
      errorCode: "MALFORMED_JSON" satisfies ErrorCode,
    });
  }
}

async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new AppError("too-large", `The body is larger than ${maxBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge;
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();

  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    abandon(reader);
  }, BODY_DEADLINE_MS);
  const body = new Uint8Array(new ArrayBuffer(0, { maxByteLength: maxBytes }));
  try {
    for (let part = await nextPart(reader); part !== undefined; part = await nextPart(reader)) {
      const start = body.length;
      if (start + part.length > maxBytes) throw tooLarge;
      body.buffer.resize(start + part.length);
      body.set(part, start);
    }
  } finally {
    clearTimeout(deadline);
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
