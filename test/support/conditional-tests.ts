import { test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PEERS, type PeerName } from "./peers.ts";
import { NEEDS_SHARED, SHARED_FOLDER } from "./shared-folder.ts";

type Body = () => void | Promise<unknown>;
type Declare = (name: string, body: Body, timeoutMs?: number) => void;

/**
 * `test` for tests that need these peers. Where one is missing the test is skipped and its name says how to install it;
 * with `RD_REQUIRE_PEERS=1` (CI) it runs and fails.
 */
export function testWith(...names: readonly PeerName[]): Declare {
  const missing = names.filter((name) => !PEERS[name].isThere());
  if (missing.length === 0 || process.env.RD_REQUIRE_PEERS === "1") return (...all) => test(...all);
  const packages = missing.flatMap((name) => PEERS[name].packages.map((one) => one.name));
  return (name) => test.skip(`${name} [sudo apt-get install -y ${packages.join(" ")}]`, nothing);
}

/** `test` for tests that use a file of `../shared`, which `body` gets the path of; skipped, and counted as such, where it is absent. */
export function testWithShared(
  file: string,
): (name: string, body: (path: string) => void | Promise<unknown>, timeoutMs?: number) => void {
  const path = join(SHARED_FOLDER, file);
  if (existsSync(path)) return (name, body, timeoutMs) => test(name, () => body(path), timeoutMs);
  return (name) => test.skip(`${name} ${NEEDS_SHARED}`, nothing);
}

function nothing(): void {}
