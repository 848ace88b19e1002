import type { AppError } from "../../core/errors.ts";

/** Longer messages are no control messages. */
export const MAX_MESSAGE_CHARACTERS = 64 * 1024;
/** Names in one `get` or `subscribe`; there are fewer keys. */
const MAX_NAMES = 200;

/** What a client asks for. `id` comes back in the answer. */
export type ControlRequest = { readonly id: string | number | undefined } & (
  | { readonly type: "password"; readonly user: string; readonly password: string }
  | { readonly type: "token"; readonly token: string }
  | { readonly type: "get"; readonly keys: "*" | readonly string[] }
  | { readonly type: "set"; readonly changes: Readonly<Record<string, unknown>> }
  | { readonly type: "subscribe" | "unsubscribe"; readonly names: readonly string[] }
);

/** Words that are no keys; `get` beside settings is a mistake, the others are answers that a client sent back. */
const ANSWER_WORDS = ["subscribed", "info", "error", "errors", "status", "data", "timestamp", "code", "event"];
const REQUEST_WORDS = ["get", "subscribe", "unsubscribe", "token", "username", "password"];

/** Reads a message; undefined: it is not a valid one (contract websocket.md, "Invalid message"). */
export function readRequest(text: string): ControlRequest | undefined {
  if (text.length > MAX_MESSAGE_CHARACTERS) return undefined;
  const message = parseObject(text);
  if (message === undefined) return undefined;
  const { id, ...rest } = message;
  if (id !== undefined && typeof id !== "string" && typeof id !== "number") return undefined;
  const words = Object.keys(rest);
  if (words.length === 0 || words.some((word) => ANSWER_WORDS.includes(word))) return undefined;
  if (!words.some((word) => REQUEST_WORDS.includes(word))) return { id, type: "set", changes: rest };
  return readCommand(rest, words, id);
}

function readCommand(
  message: Readonly<Record<string, unknown>>,
  words: readonly string[],
  id: string | number | undefined,
): ControlRequest | undefined {
  const only = (...expected: readonly string[]) =>
    words.length === expected.length && expected.every((word) => words.includes(word));
  if (only("username", "password")) {
    const { username, password } = message;
    if (typeof username !== "string" || typeof password !== "string") return undefined;
    return { id, type: "password", user: username, password };
  }
  if (only("token")) return typeof message.token === "string" ? { id, type: "token", token: message.token } : undefined;
  if (only("get")) {
    const keys = message.get === "*" ? "*" : names(message.get);
    return keys === undefined ? undefined : { id, type: "get", keys };
  }
  for (const type of ["subscribe", "unsubscribe"] as const) {
    const wanted = only(type) ? names(message[type]) : undefined;
    if (wanted !== undefined) return { id, type, names: wanted };
  }
  return undefined;
}

/** What a failed change or question is answered with. */
export function errorAnswer(error: AppError): Readonly<Record<string, string | number>> {
  const { kind, message, detail } = error;
  const { key, hint } = detail;
  const named = key === undefined ? {} : { key };
  if (detail.errorCode === "UNKNOWN_KEY")
    return { error: "Unknown key", ...named, ...(hint === undefined ? {} : { hint }) };
  if (kind === "forbidden" || kind === "unauthenticated") return { error: "Permission denied", ...named };
  const { limit, period, retryAfterSeconds: retry_after } = detail;
  if (kind === "rate-limited" && limit !== undefined && period !== undefined && retry_after !== undefined)
    return { error: message, ...named, limit, period, retry_after };
  return { error: WORDS[kind] ?? "Failed", ...named, message: withoutKey(message, key) };
}

const WORDS: Readonly<Partial<Record<AppError["kind"], string>>> = {
  "bad-request": "Invalid value",
  "not-supported": "Not supported",
  conflict: "Conflict",
  unavailable: "Unavailable",
  "not-found": "Not found",
  internal: "Internal error",
};

/** The key stands beside the message, so it need not begin it. */
function withoutKey(message: string, key: string | undefined): string {
  if (key === undefined) return message;
  const unsupported = `${key} is not supported: `;
  if (message.startsWith(unsupported)) return message.slice(unsupported.length);
  return message.startsWith(`${key} `) ? `Value ${message.slice(key.length + 1)}` : message;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function names(value: unknown): readonly string[] | undefined {
  const list = typeof value === "string" ? [value] : value;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_NAMES) return undefined;
  return list.every((name) => typeof name === "string") ? [...new Set(list)] : undefined;
}
