import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { testUnless } from "../support/conditional-tests.ts";

const ROOT = join(import.meta.dir, "../..");
const COMPILE_LIMIT_MS = 60_000;
const CASE_LIMIT_MS = 20_000;

/** Gives the throw-away network namespace a loopback, with an MTU below the size of RTP packets. */
const SMALL_MTU = "ip link set lo mtu 600 up";
/** A link whose queue is long and all but stands still. */
const SLOW_LINK = [
  "ip link set lo up",
  "ip link add slow type veth peer name far",
  "ip addr add 10.9.9.1/24 dev slow",
  "ip link set slow up",
  "ip link set far up",
  "ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:01 dev slow",
  "tc qdisc add dev slow root tbf rate 8kbit burst 2000 limit 1000000",
].join(" && ");

/** Why network namespaces cannot be used here, or undefined. */
const withoutNamespaces =
  Bun.spawnSync(["unshare", "-n", "sh", "-c", SLOW_LINK]).exitCode === 0
    ? undefined
    : "needs root, iproute2 (apt-get install iproute2) and veth";

describe("egress under the address and undefined-behaviour sanitizers", () => {
  const folder = mkdtempSync(join(tmpdir(), "egress-check-"));
  const program = join(folder, "check");

  beforeAll(() => {
    const sources = ["native/c/egress/*.c", "native/c/clock.c", "test/native/egress-check/*.c"].flatMap((pattern) => [
      ...new Glob(pattern).scanSync(ROOT),
    ]);
    const flags = [
      "-std=c17",
      "-D_GNU_SOURCE",
      "-Wall",
      "-Wextra",
      "-Werror",
      "-g",
      "-O1",
      "-fno-sanitize-recover=all",
    ];
    run(["gcc", ...flags, "-fsanitize=address,undefined", "-o", program, ...sources, "-lcrypto"]);
  }, COMPILE_LIMIT_MS);

  afterAll(() => rmSync(folder, { recursive: true }));

  const cases = ["shapes", "table", "batches", "source", "prepare", "refused", "dead", "dead-unprepared"];
  for (const name of cases) test(name, () => run([program, name]), CASE_LIMIT_MS);

  const inNamespace = testUnless(withoutNamespaces && `[${withoutNamespaces}]`);
  inNamespace(
    "small-mtu",
    () => run(["unshare", "-n", "sh", "-c", `${SMALL_MTU} && ${program} small-mtu`]),
    CASE_LIMIT_MS,
  );
  inNamespace(
    "full-socket",
    () => run(["unshare", "-n", "sh", "-c", `${SLOW_LINK} && ${program} full-socket`]),
    CASE_LIMIT_MS,
  );
});

function run(command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: ROOT, timeout: COMPILE_LIMIT_MS });
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
}
