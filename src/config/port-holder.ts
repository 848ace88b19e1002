import { readFileSync } from "node:fs";
import { attempt, holdersOf } from "./proc.ts";

/** TCP_LISTEN in /proc/net/tcp. */
const LISTENING = "0A";

/** Which process listens on a TCP port, as "name (pid N)"; undefined where /proc does not tell. */
export function describePortHolder(port: number): string | undefined {
  const sockets = listeningSockets(port);
  return sockets.size === 0 ? undefined : holdersOf((link) => sockets.has(link))[0];
}

/** The sockets that listen on a TCP port, as links in /proc/N/fd name them. */
export function listeningSockets(port: number): ReadonlySet<string> {
  const inodes = [...listeningInodes("/proc/net/tcp", port), ...listeningInodes("/proc/net/tcp6", port)];
  return new Set(inodes.map((inode) => `socket:[${inode}]`));
}

function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return attempt(() => readFileSync(table, "utf8"), "")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => local.endsWith(suffix) && state === LISTENING)
    .map((columns) => columns[9] ?? "");
}
