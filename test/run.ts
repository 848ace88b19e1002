import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILD_PACKAGES, ensurePackages } from "../native/system-packages.ts";
import { addCounts, type Counts, readReport } from "./support/junit.ts";
import { TEST_PACKAGES } from "./support/peers.ts";

/**
 * `bun run test [--long] [layer…]`: installs what is missing, builds, runs the layers in order and sums up. `--long` runs the long forms
 * of the tests that have one.
 */

const ROOT = join(import.meta.dirname, "..");

/** In the order they run. The time-outs are for one test, milliseconds; a test that needs longer says so itself. */
const LAYERS: readonly { readonly name: string; readonly timeoutMs: number }[] = [
  { name: "unit", timeoutMs: 5000 },
  { name: "style", timeoutMs: 120_000 },
  { name: "native", timeoutMs: 120_000 },
  { name: "contract", timeoutMs: 20_000 },
  { name: "e2e", timeoutMs: 60_000 },
  { name: "conformance", timeoutMs: 60_000 },
  { name: "fuzz", timeoutMs: 120_000 },
];

/** The long forms take hours in all; one test gets at most this. */
const LONG_TIMEOUT_MS = 3_600_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function bun(args: readonly string[], environment: NodeJS.ProcessEnv = {}): number {
  const run = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  return run.status ?? 1;
}

function runLayer(name: string, timeoutMs: number, long: boolean, reports: string): Counts {
  const folder = join(ROOT, "test", name);
  const hasTests = existsSync(folder) && [...new Bun.Glob("**/*.test.ts").scanSync(folder)].length > 0;
  if (!hasTests) return { passed: 0, failed: 0, skipped: 0, skippedWithoutShared: 0 };
  say(`\n== ${name}`);
  const report = join(reports, `${name}.xml`);
  const status = bun(
    [
      "test",
      `./test/${name}/`,
      `--timeout=${long ? LONG_TIMEOUT_MS : timeoutMs}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ],
    long ? { RD_LONG: "1" } : {},
  );
  const counts = readReport(existsSync(report) ? readFileSync(report, "utf8") : "");
  // A runner that crashed, or a file that could not be loaded, is a failure even where no test tells.
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function main(args: readonly string[]): number {
  const long = args.includes("--long");
  const wanted = args.filter((arg) => arg !== "--long");
  const unknown = wanted.find((name) => !LAYERS.some((layer) => layer.name === name));
  if (unknown !== undefined) {
    say(`Unknown layer ${unknown}. Usage: bun run test [--long] [${LAYERS.map((layer) => layer.name).join("|")}]…`);
    return 1;
  }
  if (!ensurePackages([...BUILD_PACKAGES, ...TEST_PACKAGES], say)) return 1;
  if (bun(["build.ts"]) !== 0) return 1;

  const reports = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const results = LAYERS.filter((layer) => wanted.length === 0 || wanted.includes(layer.name)).map(
    (layer) => [layer.name, runLayer(layer.name, layer.timeoutMs, long, reports)] as const,
  );
  rmSync(reports, { recursive: true });

  say("");
  for (const [name, counts] of results.filter(([, { passed, failed, skipped }]) => passed + failed + skipped > 0)) {
    say(`${name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
  const total = results.map(([, counts]) => counts).reduce(addCounts);
  say(`${total.skippedWithoutShared} tests were skipped because ../shared is absent.`);
  say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

process.exit(main(process.argv.slice(2)));
