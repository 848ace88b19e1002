import type { BaseIssue } from "valibot";
import { AppError, type ErrorKind } from "../core/errors.ts";

/** Status and default code of every kind of error. */
const ANSWERS = {
  "bad-request": [400, "INVALID_REQUEST"],
  unauthenticated: [401, "UNAUTHENTICATED"],
  forbidden: [403, "FORBIDDEN"],
  "locked-out": [429, "LOCKED_OUT"],
  "not-found": [404, "NOT_FOUND"],
  "method-not-allowed": [405, "METHOD_NOT_ALLOWED"],
  "upgrade-required": [426, "UPGRADE_REQUIRED"],
  conflict: [409, "CONFLICT"],
  "not-supported": [409, "NOT_SUPPORTED"],
  "not-acceptable": [406, "NOT_ACCEPTABLE"],
  "precondition-failed": [412, "PRECONDITION_FAILED"],
  "precondition-required": [428, "PRECONDITION_REQUIRED"],
  "too-large": [413, "TOO_LARGE"],
  "rate-limited": [429, "RATE_LIMITED"],
  "limit-reached": [503, "LIMIT_REACHED"],
  unavailable: [503, "UNAVAILABLE"],
  misdirected: [421, "MISDIRECTED"],
  configuration: [400, "INVALID_CONFIGURATION"],
  internal: [500, "INTERNAL"],
} as const satisfies Record<ErrorKind, readonly [status: number, code: string]>;

/** Codes beside the defaults. With them the list that clients may see is closed. */
const FURTHER_CODES = {
  "bad-request": ["INVALID_VALUE", "MALFORMED_JSON", "UNKNOWN_KEY", "READ_ONLY", "WRITE_ONLY"],
  forbidden: ["FOREIGN_ORIGIN", "TLS_REQUIRED"],
  "not-found": ["UNKNOWN_KEY"],
  "limit-reached": ["VIEWER_LIMIT"],
  "not-acceptable": ["NO_COMMON_CODEC"],
  unavailable: ["CAMERA_OFFLINE", "STORAGE_UNAVAILABLE"],
} as const satisfies Partial<Record<ErrorKind, readonly string[]>>;

/** What programs may tell errors apart by. */
export type ErrorCode = (typeof ANSWERS)[ErrorKind][1] | (typeof FURTHER_CODES)[keyof typeof FURTHER_CODES][number];

/** Status and codes that an error of this kind may have, for the API document. */
export function errorForms(kind: ErrorKind): { readonly status: number; readonly codes: readonly string[] } {
  const [status, code] = ANSWERS[kind];
  const further: Partial<Record<ErrorKind, readonly string[]>> = FURTHER_CODES;
  return { status, codes: [code, ...(further[kind] ?? [])] };
}

/** The answer to an expected failure, as the envelope and headers need it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly members: Readonly<Record<string, string | number>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Maps an error to status, body members and headers; `requestId` is shown for our own defects. */
export function errorAnswer(error: AppError, requestId: string): ErrorAnswer {
  const { kind, message, detail } = error;
  const [status, code] = ANSWERS[kind];
  const members: Record<string, string | number> = { error: message, code: detail.errorCode ?? code };
  const headers: Record<string, string> = {};
  if (detail.key !== undefined) members.key = detail.key;
  if (detail.hint !== undefined) members.hint = detail.hint;
  if (detail.permission !== undefined) members.permission = detail.permission;
  if (detail.limit !== undefined) members.limit = detail.limit;
  if (detail.period !== undefined) members.period = detail.period;
  if (kind === "internal") members.request_id = requestId;
  if (detail.retryAfterSeconds !== undefined) {
    members.retry_after = detail.retryAfterSeconds;
    headers["Retry-After"] = String(detail.retryAfterSeconds);
  }
  if (kind === "upgrade-required") headers.Upgrade = "websocket";
  if (detail.allow !== undefined) headers.Allow = detail.allow.join(", ");
  return { status, members, headers };
}

/** What a peer is told about an error that is not an AppError: nothing. The log has the rest. */
export function defect(requestId: string): AppError {
  return new AppError("internal", `Something went wrong inside the device; its log has the details under ${requestId}`);
}

/** A sentence for the first problem that a schema found, without the values sent and without the library's own wording. */
export function invalidValue(issues: readonly BaseIssue<unknown>[]): AppError {
  const [issue] = issues;
  const key = issue?.path?.map((item) => String(item.key)).join(".") ?? "";
  const subject = key === "" ? "The request" : key;
  const detail = { errorCode: "INVALID_VALUE" satisfies ErrorCode, ...(key === "" ? {} : { key }) };
  return new AppError("bad-request", `${subject} ${issue === undefined ? "is not valid" : predicate(issue)}`, detail);
}

function predicate(issue: BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not a known key";
  if (issue.received === "undefined") return "is missing";
  // Valibot's own messages all begin so; ours say what the value must be.
  return issue.message.startsWith("Invalid ") ? "is not valid" : issue.message;
}
