import type { ErrorKind } from "../core/errors.ts";
import type { RtspStatus } from "./protocol/status.ts";

/** What each kind of error is in RTSP: RFC 2326 §7.1.1 and contract rtsp.md. */
export const RTSP_STATUS = {
  "bad-request": 400,
  unauthenticated: 401,
  forbidden: 403,
  "locked-out": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "upgrade-required": 400,
  conflict: 455,
  "not-supported": 461,
  "not-acceptable": 406,
  "precondition-failed": 412,
  "precondition-required": 412,
  "too-large": 413,
  "rate-limited": 503,
  "limit-reached": 453,
  unavailable: 503,
  misdirected: 404,
  configuration: 500,
  internal: 500,
} as const satisfies Record<ErrorKind, RtspStatus>;
