import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isPosixZone } from "./posix-zone.ts";

const ZONES = "/usr/share/zoneinfo";
/** Folders that repeat the zones in other forms. */
const OTHER_FORMS = new Set(["posix", "right"]);
const MAX_ZONES = 2000;
/** `Europe/Berlin`. */
const ZONE_NAME = /^[A-Za-z0-9_+-]{1,32}(?:\/[A-Za-z0-9_+-]{1,32}){0,2}$/;

/** The machine's time zone as POSIX writes it, read anew; `tz` is what the environment says of it. */
export function posixTimeZone(tz: string | undefined, root = ""): string {
  const named = tz?.replace(/^:/, "");
  if (named !== undefined && isPosixZone(named)) return named;
  const file = named !== undefined && ZONE_NAME.test(named) ? join(ZONES, named) : "/etc/localtime";
  return footerOf(root + file) ?? "UTC0";
}

/** The name under which the system knows a zone of POSIX's form or a name; undefined: it has none like it. */
export function zoneName(text: string, root = ""): string | undefined {
  const folder = root + ZONES;
  if (ZONE_NAME.test(text) && footerOf(join(folder, text)) !== undefined) return text;
  return zoneNames(folder).find((name) => footerOf(join(folder, name)) === text);
}

/** Continents' cities first: `Etc` and the aliases beside them say less. */
function zoneNames(folder: string): readonly string[] {
  const names: string[] = [];
  const look = (under: string) => {
    for (const entry of entriesOf(join(folder, under))) {
      const name = under === "" ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory() && !OTHER_FORMS.has(name)) look(name);
      else if (ZONE_NAME.test(name) && names.length < MAX_ZONES) names.push(name);
    }
  };
  look("");
  const rank = (name: string) => (/^(Africa|America|Asia|Europe|Australia|Pacific)\//.test(name) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The last line of a TZif file of version 2 or later (RFC 9636 §3.3). */
function footerOf(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.subarray(0, 4).toString("latin1") !== "TZif" || bytes.at(-1) !== 10) return undefined;
    const footer = bytes.subarray(bytes.lastIndexOf(10, -2) + 1, -1).toString("latin1");
    return isPosixZone(footer) ? footer : undefined;
  } catch {
    return undefined;
  }
}
