import { readFileSync } from "node:fs";
import { attempt, holdersOf } from "./proc.ts";

/** TCP_LISTEN in /proc/net/tcp; a bound UDP socket there is TCP_CLOSE. */
const BOUND = { tcp: "0A", udp: "07" } as const;

/** Which process has a port, as "name (pid N)"; undefined where /proc does not tell. */
export function describePortHolder(port: number, transport: keyof typeof BOUND = "tcp"): string | undefined {
  const inodes = [transport, `${transport}6` as const].flatMap((table) =>
    boundInodes(`/proc/net/${table}`, port, BOUND[transport]),
  );
  if (inodes.length === 0) return undefined;
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  return holdersOf((link) => sockets.has(link))[0];
}

function boundInodes(table: string, port: number, bound: string): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return attempt(() => readFileSync(table, "utf8"), "")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => local.endsWith(suffix) && state === bound)
    .map((columns) => columns[9] ?? "");
}
