import { AppError, type ErrorKind } from "../../core/errors.ts";
import { actionFailed, invalidArgs, notAuthorized, notOffered, SoapFault } from "../../soap/fault.ts";

const FAULTS = {
  "bad-request": ({ message }) => new SoapFault("Sender", ["ter:InvalidArgVal"], message),
  unauthenticated: () => notAuthorized(),
  forbidden: () => notAuthorized(),
  "locked-out": () => notAuthorized(),
  "not-found": ({ message }) => new SoapFault("Sender", ["ter:InvalidArgVal"], message),
  "method-not-allowed": ({ message }) => invalidArgs(message),
  "upgrade-required": ({ message }) => invalidArgs(message),
  conflict: ({ message }) => new SoapFault("Sender", ["ter:OperationProhibited"], message),
  "not-supported": () => notOffered(),
  "too-large": ({ message }) => invalidArgs(message),
  "not-acceptable": ({ message }) => invalidArgs(message),
  "precondition-failed": ({ message }) => invalidArgs(message),
  "precondition-required": ({ message }) => invalidArgs(message),
  "rate-limited": ({ message }) => actionFailed(undefined, message),
  "limit-reached": ({ message }) => new SoapFault("Receiver", ["ter:OutofMemory"], message),
  unavailable: ({ message }) => actionFailed(undefined, message),
  misdirected: ({ message }) => invalidArgs(message),
  configuration: ({ message }) => actionFailed(undefined, message),
  internal: ({ message }) => actionFailed(undefined, message),
} as const satisfies Record<ErrorKind, (error: AppError) => SoapFault>;

/** Any error as the fault that tells a client; defects say no more than that. */
export function faultOf(error: unknown): SoapFault {
  if (error instanceof SoapFault) return error;
  return error instanceof AppError ? FAULTS[error.kind](error) : actionFailed(undefined, "The camera failed");
}
