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
};

/** Why the disk failed, without its paths. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "the disk failed";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code !== "") return DISK_FAILURES[code] ?? `the disk failed (${code})`;
  return error.message;
}
