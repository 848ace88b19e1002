import { expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { codeMappings } from "../../../src/app/start-memory.ts";

test("only the pages of the executable that are read and run are found", () => {
  const maps = [
    "00200000-01a40000 r--p 00000000 08:01 77   /opt/rotor dream/rotordream",
    "01a40000-0684a000 r-xp 01840000 08:01 77   /opt/rotor dream/rotordream",
    "0684a000-0685f000 r--p 06649000 08:01 77   /opt/rotor dream/rotordream",
    "06867000-077ae000 rw-p 0665f000 08:01 77   /opt/rotor dream/rotordream",
    "7f26c3400000-7f26c3800000 rwxp 00000000 00:00 0 ",
    "7f2703d23000-7f2703e79000 r-xp 00028000 08:01 12   /usr/lib/x86_64-linux-gnu/libc.so.6",
    "",
  ].join("\n");
  expect(codeMappings(maps, "/opt/rotor dream/rotordream")).toEqual([{ start: 0x1a40000, length: 0x4e0a000 }]);
  expect(codeMappings(maps, "/elsewhere")).toEqual([]);
});

test("the running program's own code is found", () => {
  const found = codeMappings(readFileSync("/proc/self/maps", "utf8"), readlinkSync("/proc/self/exe"));
  expect(found.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(1e6);
});
