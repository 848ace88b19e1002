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

/** Why the disk failed, without its paths. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "the disk failed";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // SQLite says after that what it did: SQLITE_IOERR_WRITE
  const known = DISK_FAILURES[code] ?? DISK_FAILURES[code.split("_", 2).join("_")];
  if (code !== "") return known ?? `the disk failed (${code})`;
  return error.message;
}
