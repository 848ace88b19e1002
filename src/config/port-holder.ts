import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** TCP_LISTEN in /proc/net/tcp. */
const LISTENING = "0A";

/** Who listens on a TCP port, as "name (pid N)"; undefined where /proc does not tell (another user's process, another name space). */
export function describePortHolder(port: number): string | undefined {
  const sockets = new Set([...listeningInodes("/proc/net/tcp", port), ...listeningInodes("/proc/net/tcp6", port)]);
  if (sockets.size === 0) return undefined;
  const wanted = new Set([...sockets].map((inode) => `socket:[${inode}]`));
  const pid = attempt(() => readdirSync("/proc"), [])
    .filter((name) => /^\d+$/.test(name))
    .find((candidate) => holdsAny(candidate, wanted));
  if (pid === undefined) return undefined;
  const name = attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8"), "a process").replace(/[^\x20-\x7e]/g, "");
  return `${name} (pid ${pid})`;
}

function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return attempt(() => readFileSync(table, "utf8"), "")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => local.endsWith(suffix) && state === LISTENING)
    .map((columns) => columns[9] ?? "");
}

function holdsAny(pid: string, wanted: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return attempt(() => readdirSync(folder), []).some((fd) =>
    wanted.has(attempt(() => readlinkSync(`${folder}/${fd}`), "")),
  );
}

/** Processes end while we look at them, and others are not ours to read. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
