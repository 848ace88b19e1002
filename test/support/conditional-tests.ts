import { test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PEERS, type PeerName } from "./peers.ts";
import { NEEDS_SHARED, SHARED_FOLDER } from "./shared-folder.ts";

type Declare<Inputs extends unknown[]> = (
  name: string,
  body: (...inputs: Inputs) => unknown,
  timeoutMs?: number,
) => void;

/**
 * `test` for tests that need these peers. Where one is missing the test is skipped and its name says how to install it;
 * with `RD_REQUIRE_PEERS=1` (CI) it runs and fails.
 */
export function testWith(...names: readonly PeerName[]): Declare<[]> {
  const missing = names.filter((name) => !PEERS[name].isThere());
  if (missing.length === 0 || process.env.RD_REQUIRE_PEERS === "1") return declareWith();
  const packages = missing.flatMap((name) => PEERS[name].packages.map((one) => one.name));
  return (name) => test.skip(`${name} [sudo apt-get install -y ${packages.join(" ")}]`, nothing);
}

/** `test` for tests that use a file of `../shared`, which `body` gets the path of; skipped, and counted as such, where it is absent. */
export function testWithShared(file: string): Declare<[path: string]> {
  const path = join(SHARED_FOLDER, file);
  return existsSync(path) ? declareWith(path) : (name) => test.skip(`${name} ${NEEDS_SHARED}`, nothing);
}

function declareWith<Inputs extends unknown[]>(...inputs: Inputs): Declare<Inputs> {
  return (name, body, timeoutMs) => {
    test(
      name,
      async () => {
        await body(...inputs);
      },
      timeoutMs,
    );
  };
}

function nothing(): void {}
