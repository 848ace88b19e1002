import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPosixZone, localClock } from "../../../../src/modules/host/posix-zone.ts";
import { posixTimeZone, zoneName } from "../../../../src/modules/host/time-zone.ts";

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

test("clocks of a zone change when its rules say", () => {
  const changes = [
    // hours ahead of UTC before and from that moment on, daylight saving marked
    [BERLIN, "2026-03-29T01:00:00Z", "1", "2 *"],
    [BERLIN, "2026-10-25T01:00:00Z", "2 *", "1"],
    ["EST5EDT", "2026-03-08T07:00:00Z", "-5", "-4 *"],
    ["NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-04-04T14:00:00Z", "13 *", "12"],
    ["NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-09-26T14:00:00Z", "12", "13 *"],
    ["NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-12-31T12:00:00Z", "13 *", "13 *"],
    ["<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-03T15:30:00Z", "10.5", "11 *"],
    ["<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", "-2", "-1 *"],
    ["IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", "2", "3 *"],
    ["IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T01:00:00Z", "1 *", "0"],
    ["AAA-1BBB,J60,J300", "2024-03-01T01:00:00Z", "1", "2 *"],
    ["AAA-1BBB,J60,J300", "2026-03-01T01:00:00Z", "1", "2 *"],
    ["AAA-1BBB,59/4:30:15,299", "2024-02-29T03:30:15Z", "1", "2 *"],
    // for ever, as RFC 9636 §3.3.1 writes it
    ["EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", "-4 *", "-4 *"],
    ["<+0330>-3:30", "2026-07-01T00:00:00Z", "3.5", "3.5"],
    ["UTC0", "2026-07-01T00:00:00Z", "0", "0"],
    ["no zone", "2026-07-01T00:00:00Z", "0", "0"],
  ] as const;
  for (const [zone, moment, ...expected] of changes) {
    const shown = [-1000, 0].map((ms) => {
      const { offsetMs, isDaylightSaving } = localClock(zone, Date.parse(moment) + ms);
      return `${offsetMs / 3_600_000}${isDaylightSaving ? " *" : ""}`;
    });
    expect([zone, moment, ...shown]).toEqual([zone, moment, ...expected]);
  }
});
