import { AppError } from "./errors.ts";

/** What is written then succeeds, and is lost. */
export const FILE_GONE = "the recordings folder was removed, or its disk is gone";
const DISK_FAILURES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EROFS: "the disk is mounted read-only",
  EIO: "the disk reports errors",
  ENOENT: "the recordings folder was removed",
  EACCES: "the recordings folder may not be written to",
  ENODEV: "the disk is gone",
  SQLITE_FULL: "the disk is full",
  SQLITE_READONLY: "the disk is mounted read-only",
  SQLITE_IOERR: "the disk reports errors",
};

/** Those that come of nothing but the disk, whatever was done. */
const ALWAYS_THE_DISK = /^(ENOSPC|EDQUOT|EROFS|EIO|SQLITE_(FULL|READONLY|IOERR)(_\w+)?)$/;

/** Why the disk failed, without its paths. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "the disk failed";
  const code = codeOf(error);
  // SQLite says after that what it did: SQLITE_IOERR_WRITE
  const known = DISK_FAILURES[code] ?? DISK_FAILURES[code.split("_", 2).join("_")];
  if (code !== "") return known ?? `the disk failed (${code})`;
  return error.message;
}

/** What a peer is told where the disk is to blame for what was thrown; undefined: something else is. */
export function diskFailure(error: unknown): AppError | undefined {
  if (!(error instanceof Error) || !ALWAYS_THE_DISK.test(codeOf(error))) return undefined;
  const message = `The device cannot write to its storage: ${sentenceOf(error)}; make room or check the disk, then try again`;
  return new AppError("unavailable", message, { errorCode: "STORAGE_UNAVAILABLE" });
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
