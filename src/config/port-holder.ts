import { readFileSync } from "node:fs";
import { attempt, holdersOf } from "./proc.ts";

/** TCP_LISTEN in /proc/net/tcp. */
const LISTENING = "0A";

/** Which process listens on a TCP port, as "name (pid N)"; undefined where /proc does not tell. */
export function describePortHolder(port: number): string | undefined {
  const inodes = [...listeningInodes("/proc/net/tcp", port), ...listeningInodes("/proc/net/tcp6", port)];
  if (inodes.length === 0) return undefined;
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  return holdersOf((link) => sockets.has(link))[0];
}

function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return attempt(() => readFileSync(table, "utf8"), "")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => local.endsWith(suffix) && state === LISTENING)
    .map((columns) => columns[9] ?? "");
}
