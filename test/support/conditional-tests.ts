import { test } from "bun:test";
import { PEERS, type PeerName } from "./peers.ts";

/**
 * `test` for tests that need these peers. Where one is missing the test is skipped and its name says how to install it;
 * with `RD_REQUIRE_PEERS=1` (CI) it runs and fails.
 */
export function testWith(
  ...names: readonly PeerName[]
): (name: string, body: () => unknown, timeoutMs?: number) => void {
  const missing = names.filter((name) => !PEERS[name].isThere());
  if (missing.length === 0 || process.env.RD_REQUIRE_PEERS === "1") {
    return (name, body, timeoutMs) => test(name, async () => void (await body()), timeoutMs);
  }
  const packages = missing.flatMap((name) => PEERS[name].packages.map((one) => one.name));
  return (name) => test.skip(`${name} [sudo apt-get install -y ${packages.join(" ")}]`, () => undefined);
}
