import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What `look` finds, `otherwise` where it throws: processes and devices come and go, and some are not ours to look at. */
export function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/**
 * Processes that have something open whose link in /proc/N/fd `isWanted` (`/dev/video0`, `socket:[4711]`), each as "name (pid N)".
 * Those that /proc does not show (another user's, another name space's) are left out.
 */
export function holdersOf(isWanted: (link: string) => boolean): readonly string[] {
  return attempt(() => readdirSync("/proc"), [])
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => linksOf(`/proc/${pid}/fd`).some(isWanted))
    .map((pid) => `${nameOf(pid)} (pid ${pid})`);
}

function linksOf(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder), []).map((fd) => attempt(() => readlinkSync(`${folder}/${fd}`), ""));
}

function nameOf(pid: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8"), "a process").replace(/[^\x20-\x7e]/g, "");
}
