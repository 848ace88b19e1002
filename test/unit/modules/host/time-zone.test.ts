import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPosixZone, posixTimeZone, zoneName } from "../../../../src/modules/host/time-zone.ts";

const BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3";
const root = mkdtempSync(join(tmpdir(), "rotordream-zones-"));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "etc"));
for (const folder of ["", "Etc", "Europe", "posix/Europe"])
  mkdirSync(join(root, "usr/share/zoneinfo", folder), { recursive: true });

function writeZone(path: string, footer: string): void {
  // what stands between head and footer is not read
  writeFileSync(join(root, path), `TZif2${"\0".repeat(90)}\n\0\n${footer}\n`);
}
writeZone("usr/share/zoneinfo/Europe/Berlin", BERLIN);
writeZone("usr/share/zoneinfo/posix/Europe/Alias", BERLIN);
writeZone("usr/share/zoneinfo/MET", BERLIN);
writeZone("usr/share/zoneinfo/Etc/UTC", "UTC0");
writeZone("etc/localtime", "<+0330>-3:30");
writeFileSync(join(root, "usr/share/zoneinfo/tzdata.zi"), BERLIN);

test("the zone is what the environment says, else what /etc/localtime holds", () => {
  expect(posixTimeZone(undefined, root)).toBe("<+0330>-3:30");
  expect(posixTimeZone("Europe/Berlin", root)).toBe(BERLIN);
  expect(posixTimeZone(":Europe/Berlin", root)).toBe(BERLIN);
  expect(posixTimeZone("EST5EDT,M3.2.0,M11.1.0", root)).toBe("EST5EDT,M3.2.0,M11.1.0");
  expect(posixTimeZone("Nowhere/Land", root)).toBe("UTC0");
  expect(posixTimeZone("../../../etc/localtime", root)).toBe("<+0330>-3:30");
  expect(posixTimeZone(undefined, "/nowhere")).toBe("UTC0");
});

test("a zone of POSIX's form is one of the system's, cities first", () => {
  expect(zoneName(BERLIN, root)).toBe("Europe/Berlin");
  expect(zoneName("MET", root)).toBe("MET");
  expect(zoneName("UTC0", root)).toBe("Etc/UTC");
  for (const text of ["XYZ-3", "Europe", "Europe/Paris", "../../etc/localtime", "/etc/localtime", "tzdata.zi", ""])
    expect(zoneName(text, root)).toBeUndefined();
});

test("the forms that POSIX has", () => {
  for (const text of ["UTC0", "CET-1", BERLIN, "<-03>3", "AEST-10AEDT,M10.1.0,M4.1.0/3", "A1B,J60,J300"])
    expect([text, isPosixZone(text)]).toEqual([text, text !== "A1B,J60,J300"]);
  for (const text of ["", "UTC", "UTC0\n", "CET-1CEST,M3.5.0", "$(x)0"]) expect(isPosixZone(text)).toBe(false);
});
