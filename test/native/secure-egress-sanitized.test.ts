import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "../..");
const COMPILE_LIMIT_MS = 60_000;
const CASE_LIMIT_MS = 60_000;
const SOURCES = ["native/c/egress/*.c", "native/c/clock.c", "test/native/secure-egress-check/*.c"];

describe("secure egress under the address and undefined-behaviour sanitizers", () => {
  const folder = mkdtempSync(join(tmpdir(), "secure-egress-check-"));
  const program = join(folder, "check");

  beforeAll(() => {
    const sources = SOURCES.flatMap((pattern) => [...new Glob(pattern).scanSync(ROOT)]);
    const language = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-O1"];
    const sanitizers = ["-fno-sanitize-recover=all", "-fsanitize=address,undefined"];
    run(["gcc", ...language, ...sanitizers, "-o", program, ...sources, "-lcrypto"]);
  }, COMPILE_LIMIT_MS);

  afterAll(() => rmSync(folder, { recursive: true }));

  const cases = [
    "vectors",
    "rollover-gcm",
    "rollover-sha1",
    "headers",
    "framing",
    "retransmit",
    "moves",
    "history",
    "limits",
    "rtcp",
    "rtcp-window",
    "delivery",
    "trouble",
    "random",
  ];
  for (const name of cases) test(name, () => run([program, name]), CASE_LIMIT_MS);
});

function run(command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: ROOT, timeout: COMPILE_LIMIT_MS });
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
}
