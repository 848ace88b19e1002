import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../core/errors.ts";
import type { ClockReadings } from "../system/clock-readings.ts";
import { mustRun, type RunTool } from "./tools.ts";

/** The servers that the clock's keeper was told of; none where it is unknown. */
export interface TimeServers {
  /** By files of the machine, ours among them. */
  readonly manual: readonly string[];
  readonly dhcp: readonly string[];
  /** What DHCP tells counts, as nobody set others through us. */
  readonly takesDhcp: boolean;
}

/** More than any daemon needs. */
export const MAX_TIME_SERVERS = 4;

interface Daemon {
  /** Files and folders where it is told of servers. */
  readonly places: readonly string[];
  /** The same for those that DHCP told: of its clients, each in its own words. */
  readonly dhcpPlaces: readonly string[];
  /** The servers of a line. */
  readonly line: RegExp;
  /** Our own file. */
  readonly file: string;
  readonly write: (servers: readonly string[]) => string;
  readonly reload: readonly string[];
}

const DAEMONS: Readonly<Partial<Record<ClockReadings["source"], Daemon>>> = {
  "systemd-timesyncd": {
    places: ["/etc/systemd/timesyncd.conf", "/etc/systemd/timesyncd.conf.d"],
    // of systemd-networkd, and of dhclient
    dhcpPlaces: ["/run/systemd/netif/leases", "/run/systemd/timesyncd.conf.d"],
    line: /^[ \t]*NTP=(.*)$/gm,
    file: "/etc/systemd/timesyncd.conf.d/rotordream.conf",
    write: (servers) => `[Time]\nNTP=\nNTP=${servers.join(" ")}\n`,
    reload: ["systemctl", "try-restart", "systemd-timesyncd.service"],
  },
  chrony: {
    places: ["/etc/chrony/chrony.conf", "/etc/chrony.conf", "/etc/chrony/sources.d"],
    dhcpPlaces: ["/run/chrony-dhcp"],
    line: /^\s*(?:server|pool|peer)\s+(\S+)/gm,
    file: "/etc/chrony/sources.d/rotordream.sources",
    write: (servers) => servers.map((server) => `server ${server} iburst\n`).join(""),
    reload: ["chronyc", "reload", "sources"],
  },
};

/** The time servers as they are now. */
export function timeServers(source: ClockReadings["source"], root = ""): TimeServers {
  const daemon = DAEMONS[source];
  if (daemon === undefined) return { manual: [], dhcp: [], takesDhcp: false };
  const takesDhcp = !existsSync(root + daemon.file);
  const told = (places: readonly string[]) =>
    serversIn(
      places.flatMap((place) => textsOf(root + place)),
      daemon.line,
    );
  return { manual: told(daemon.places), dhcp: takesDhcp ? told(daemon.dhcpPlaces) : [], takesDhcp };
}

function serversIn(texts: readonly string[], pattern: RegExp): readonly string[] {
  const lines = texts.flatMap((text) => [...text.matchAll(pattern)]).map(([, line = ""]) => line.trim());
  // an empty line takes back those before it
  const found = lines.slice(lines.lastIndexOf("") + 1).flatMap((line) => line.split(/\s+/));
  return [...new Set(found)].slice(0, MAX_TIME_SERVERS * 2);
}

/** Has the clock's keeper ask these; undefined: as if nobody had set any. Throws AppError `not-supported`, `unavailable`. */
export async function setTimeServers(
  source: ClockReadings["source"],
  servers: readonly string[] | undefined,
  run: RunTool,
  root = "",
): Promise<void> {
  const daemon = DAEMONS[source];
  if (daemon === undefined) throw new AppError("not-supported", "Neither systemd-timesyncd nor chrony keeps the clock");
  try {
    const path = root + daemon.file;
    if (servers === undefined) rmSync(path, { force: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, daemon.write(servers));
    }
  } catch {
    throw new AppError("unavailable", "The time servers cannot be written; the server's user needs the right to");
  }
  await mustRun(run, daemon.reload);
}

/** Of a file, or of the files of a folder. */
function textsOf(path: string): readonly string[] {
  try {
    return readdirSync(path).flatMap((name) => textsOf(join(path, name)));
  } catch {
    try {
      return [readFileSync(path, "utf8")];
    } catch {
      return [];
    }
  }
}
