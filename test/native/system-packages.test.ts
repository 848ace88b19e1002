import { expect, test } from "bun:test";
import { BUILD_PACKAGES, ensurePackages, missingPackages } from "../../native/system-packages.ts";
import { PEER_PACKAGES, TEST_PACKAGES } from "../support/peers.ts";

const there = { name: "libc6", purpose: "every Debian has it" };
const absent = { name: "rotordream-no-such-package", purpose: "no Debian has it" };
const onDebian = test.skipIf(Bun.which("dpkg-query") === null);

onDebian("what is missing is told apart from what is there", () => {
  expect(missingPackages([there, absent])).toEqual([absent]);
});

onDebian("nothing is said and nothing run where nothing is missing", () => {
  const said: string[] = [];
  expect(ensurePackages([there], (line) => said.push(line))).toBe(true);
  expect(said).toEqual([]);
});

test("every package is named once, with its purpose, and fit for a command line", () => {
  const all = [...BUILD_PACKAGES, ...PEER_PACKAGES];
  expect(new Set(all.map((one) => one.name)).size).toBe(all.length);
  expect(all.filter((one) => !/^[a-z0-9][a-z0-9+.-]+$/.test(one.name) || one.purpose === "")).toEqual([]);
  expect(TEST_PACKAGES.filter((one) => !PEER_PACKAGES.includes(one))).toEqual([]);
});
