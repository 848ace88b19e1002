import { test } from "bun:test";
import { PEERS, type Peer, type PeerName } from "./peers.ts";

/**
 * `test` for tests that need these peers. Where one is missing the test is skipped and its name says how to install it;
 * with `RD_REQUIRE_PEERS=1` (CI) it runs and fails, unless Debian has no package to install.
 */
export function testWith(
  ...names: readonly PeerName[]
): (name: string, body: () => unknown, timeoutMs?: number) => void {
  const missing = names.map((name): Peer => PEERS[name]).filter((peer) => !peer.isThere());
  const unpackaged = missing.find((peer) => peer.unpackaged !== undefined)?.unpackaged;
  if (missing.length === 0 || (process.env.RD_REQUIRE_PEERS === "1" && unpackaged === undefined)) {
    return (name, body, timeoutMs) => test(name, async () => void (await body()), timeoutMs);
  }
  const packages = missing.flatMap((peer) => peer.packages.map((one) => one.name));
  const own = missing.find((peer) => peer.remedy !== undefined)?.remedy;
  const remedy = unpackaged ?? own ?? `sudo apt-get install -y ${packages.join(" ")}`;
  return (name) => test.skip(`${name} [${remedy}]`, () => undefined);
}
