import { AppError, defectText, type ErrorKind } from "../core/errors.ts";

/** sysexits(3), as config-cli.md uses them. */
export const EXIT = { ok: 0, unavailable: 69, defect: 70, io: 74, restart: 75, configuration: 78 } as const;

const OF_KIND = {
  "bad-request": EXIT.configuration,
  unauthenticated: EXIT.unavailable,
  forbidden: EXIT.unavailable,
  "locked-out": EXIT.unavailable,
  "not-found": EXIT.unavailable,
  "method-not-allowed": EXIT.unavailable,
  "upgrade-required": EXIT.unavailable,
  conflict: EXIT.unavailable,
  "not-supported": EXIT.unavailable,
  "not-acceptable": EXIT.unavailable,
  "precondition-failed": EXIT.unavailable,
  "precondition-required": EXIT.unavailable,
  "too-large": EXIT.configuration,
  "rate-limited": EXIT.unavailable,
  "limit-reached": EXIT.unavailable,
  unavailable: EXIT.unavailable,
  misdirected: EXIT.configuration,
  configuration: EXIT.configuration,
  internal: EXIT.defect,
} satisfies Record<ErrorKind, number>;

/** A file or folder cannot be used; `message` says which, why and what to do. */
export class StorageError extends Error {}

/** The exit code for an error that ends the program: its kind's; I/O for an error of a system call or the database; else a defect. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof AppError) return OF_KIND[error.kind];
  return error instanceof StorageError || isSystemError(error) ? EXIT.io : EXIT.defect;
}

/** What to say about an error that ends the program. */
export function lastWords(error: unknown): string {
  if (error instanceof AppError || error instanceof StorageError || isSystemError(error)) return error.message;
  return defectText(error);
}

function isSystemError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error.name === "SQLiteError" || ("syscall" in error && "code" in error);
}
