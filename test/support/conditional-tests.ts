import { test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mayMakeNetworks } from "./network.ts";
import { PEERS, type Peer, type PeerName } from "./peers.ts";
import { NEEDS_SHARED, SCHEMA_CHECK, SHARED_FOLDER } from "./shared-folder.ts";

/** `test`, or what skips it with the reason in its name. */
export type ConditionalTest = (name: string, body: () => unknown, timeoutMs?: number) => void;

/**
 * `test` for tests that need these peers. Where one is missing the test is skipped and its name says how to install it;
 * with `RD_REQUIRE_PEERS=1` (CI) it runs and fails, unless Debian has no package to install.
 */
export function testWith(...names: readonly PeerName[]): ConditionalTest {
  return testUnless(problemOfPeers(names));
}

/** `testWith` for tests that need this file of `../shared` too; without it they are skipped in CI as well. */
export function testWithShared(file: string, ...names: readonly PeerName[]): ConditionalTest {
  return testUnless(problemOfShared(file), problemOfPeers(names));
}

/** `test` for what ONVIF's schemas judge. */
export const testWithSchemas: ConditionalTest = testWithShared(SCHEMA_CHECK, "lxml");

/** `test` for what takes too long but in the long run. */
export const testLong: ConditionalTest = testUnless(process.env.RD_LONG === "1" ? undefined : "[bun run prove]");

/** `testWith` for tests in which server and client have machines of their own: they need root. */
export function testWithNetwork(...names: readonly PeerName[]): ConditionalTest {
  return testUnless(problemOfNetwork(), problemOfPeers(["ip", ...names]));
}

/** `testWithSchemas` for what such tests were answered. */
export function testWithNetworkAndSchemas(...names: readonly PeerName[]): ConditionalTest {
  return testUnless(problemOfNetwork(), problemOfShared(SCHEMA_CHECK), problemOfPeers(["ip", "lxml", ...names]));
}

/** `test`, or what skips it; the first problem, in brackets as names of skipped tests end, is the reason. */
export function testUnless(...problems: readonly (string | undefined)[]): ConditionalTest {
  const reason = problems.find((problem) => problem !== undefined);
  if (reason === undefined) return (name, body, timeoutMs) => test(name, async () => void (await body()), timeoutMs);
  return (name) => test.skip(`${name} ${reason}`, () => undefined);
}

function problemOfPeers(names: readonly PeerName[]): string | undefined {
  const missing = names.map((name): Peer => PEERS[name]).filter((peer) => !peer.isThere());
  const unpackaged = missing.find((peer) => peer.unpackaged !== undefined)?.unpackaged;
  if (missing.length === 0 || (process.env.RD_REQUIRE_PEERS === "1" && unpackaged === undefined)) return undefined;
  const packages = missing.flatMap((peer) => peer.packages.map((one) => one.name));
  const own = missing.find((peer) => peer.remedy !== undefined)?.remedy;
  return `[${unpackaged ?? own ?? `sudo apt-get install -y ${packages.join(" ")}`}]`;
}

function problemOfShared(file: string): string | undefined {
  return existsSync(join(SHARED_FOLDER, file)) ? undefined : NEEDS_SHARED;
}

function problemOfNetwork(): string | undefined {
  return mayMakeNetworks() ? undefined : "[needs root for network namespaces]";
}
