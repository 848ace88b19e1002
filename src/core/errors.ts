/** The closed set of things that can go wrong, from the point of view of who must act. Each front maps every kind to its own status. */
export type ErrorKind =
  | "bad-request" // malformed or out of range; nothing was applied
  | "unauthenticated" // no or wrong credentials
  | "forbidden" // known, but lacks a permission
  | "locked-out" // too many failed logins
  | "not-found"
  | "method-not-allowed"
  | "upgrade-required" // a WebSocket was asked for like a page
  | "conflict" // contradicts the current state
  | "not-supported" // this device cannot do it
  | "too-large"
  | "not-acceptable" // both sides have no form in common
  | "precondition-failed" // the resource is not what the caller believes
  | "precondition-required" // the caller must say which state it means
  | "rate-limited"
  | "limit-reached" // no room for another session or viewer
  | "unavailable" // camera, storage or service is not there right now
  | "misdirected" // the Host is not ours
  | "configuration" // start-up configuration is wrong
  | "internal"; // our defect

/** Extra facts about an error; only members that are safe to show to the peer. */
export interface ErrorDetail {
  /** Closed code for programs, such as `INVALID_VALUE`; each front has a default for the kind. */
  readonly errorCode?: string;
  /** The settings or configuration key, header or field at fault. */
  readonly key?: string;
  /** The nearest known name, where `key` is an unknown one. */
  readonly hint?: string;
  readonly permission?: string;
  readonly limit?: number;
  readonly period?: string;
  readonly retryAfterSeconds?: number;
  /** Methods that would have been allowed. */
  readonly allow?: readonly string[];
  /** Byte offset in what was being parsed. */
  readonly offset?: number;
}

/** An expected failure. `message` is a sentence that a person can act on and may be shown to the peer; secrets and paths never stand in it. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly detail: ErrorDetail;

  constructor(kind: ErrorKind, message: string, detail: ErrorDetail = {}) {
    super(message);
    this.name = "AppError";
    this.kind = kind;
    this.detail = detail;
  }
}

/** Message and place of a defect, for logs only. */
export function defectText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
