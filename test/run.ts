import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILD_PACKAGES, ensurePackages } from "../native/system-packages.ts";
import { addCounts, type Counts, readReport } from "./support/junit.ts";
import { TEST_PACKAGES } from "./support/peers.ts";

/**
 * `bun run test [--long] [layer…]`: installs what is missing, builds, runs the layers and sums up. `--long` runs the long forms
 * of the tests that have one.
 */

const ROOT = join(import.meta.dirname, "..");

interface Layer {
  readonly name: string;
  /** For one test; a test that needs longer says so itself. */
  readonly timeoutMs: number;
}

/** Mostly wait for throw-away kernels, which have one processor each, so they run beside those that judge answers. */
const IN_KERNELS: readonly Layer[] = [
  { name: "native", timeoutMs: 120_000 },
  { name: "machine", timeoutMs: 120_000 },
];
const BESIDE_KERNELS: readonly Layer[] = [
  { name: "unit", timeoutMs: 60_000 },
  { name: "style", timeoutMs: 120_000 },
  { name: "contract", timeoutMs: 60_000 },
  { name: "conformance", timeoutMs: 120_000 },
  { name: "page", timeoutMs: 120_000 },
];
/** They have the machine to themselves: they look at how evenly and how soon pictures come. */
const ALONE: readonly Layer[] = [
  { name: "e2e", timeoutMs: 120_000 },
  { name: "fuzz", timeoutMs: 120_000 },
];
const LAYERS: readonly Layer[] = [...BESIDE_KERNELS, ...IN_KERNELS, ...ALONE];

/** The long forms take hours in all; one test gets at most this. */
const LONG_TIMEOUT_MS = 3_600_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs this Bun; what it says goes to the terminal, or to a file. */
async function bun(args: readonly string[], environment: NodeJS.ProcessEnv = {}, outputFile?: string): Promise<number> {
  const output = outputFile === undefined ? "inherit" : openSync(outputFile, "w");
  const run = Bun.spawn([process.execPath, ...args], {
    cwd: ROOT,
    stdio: ["ignore", output, output],
    env: { ...process.env, ...environment },
  });
  return await run.exited;
}

interface Run {
  readonly long: boolean;
  /** Where reports and collected outputs are put. */
  readonly folder: string;
}

async function runLayer({ name, timeoutMs }: Layer, { long, folder }: Run, outputFile?: string): Promise<Counts> {
  const hasTests = [...new Bun.Glob("**/*.test.ts").scanSync(join(ROOT, "test", name))].length > 0;
  if (!hasTests) return { passed: 0, failed: 0, skipped: 0, skippedWithoutShared: 0, failures: [] };
  if (outputFile === undefined) say(`\n== ${name}`);
  const report = join(folder, `${name}.xml`);
  const limit = `--timeout=${long ? LONG_TIMEOUT_MS : timeoutMs}`;
  const status = await bun(
    ["test", `./test/${name}/`, limit, "--reporter=junit", `--reporter-outfile=${report}`],
    long ? { RD_LONG: "1" } : {},
    outputFile,
  );
  const counts = readReport(existsSync(report) ? readFileSync(report, "utf8") : "");
  // A runner that crashed, or a file that could not be loaded, is a failure even where no test tells.
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

type Results = Map<string, Counts>;

/** Their outputs go to the terminal, or to a file each. */
async function runInOrder(
  layers: readonly Layer[],
  run: Run,
  results: Results,
  outputOf: (layer: Layer) => string | undefined = () => undefined,
): Promise<void> {
  for (const layer of layers) results.set(layer.name, await runLayer(layer, run, outputOf(layer)));
}

/** What those in kernels say is shown when the others are through. */
async function runBeside(
  inKernels: readonly Layer[],
  others: readonly Layer[],
  run: Run,
  results: Results,
): Promise<void> {
  const outputOf = ({ name }: Layer) => join(run.folder, `${name}.txt`);
  say(`\n== ${inKernels.map(({ name }) => name).join(" and ")}: beside the next layers, shown after them`);
  const besides = runInOrder(inKernels, run, results, outputOf);
  await runInOrder(others, run, results);
  await besides;
  for (const layer of inKernels) say(`\n== ${layer.name}\n${readFileSync(outputOf(layer), "utf8")}`);
}

async function main(args: readonly string[]): Promise<number> {
  const long = args.includes("--long");
  const wanted = args.filter((arg) => arg !== "--long");
  const unknown = wanted.find((name) => !LAYERS.some((layer) => layer.name === name));
  if (unknown !== undefined) {
    say(`Unknown layer ${unknown}. Usage: bun run test [--long] [${LAYERS.map((layer) => layer.name).join("|")}]…`);
    return 1;
  }
  if (!ensurePackages([...BUILD_PACKAGES, ...TEST_PACKAGES], say)) return 1;
  if ((await bun(["build.ts"])) !== 0) return 1;

  const run = { long, folder: mkdtempSync(join(tmpdir(), "rotordream-test-")) };
  const results: Results = new Map();
  const isWanted = ({ name }: Layer) => wanted.length === 0 || wanted.includes(name);
  const inKernels = IN_KERNELS.filter(isWanted);
  const others = BESIDE_KERNELS.filter(isWanted);
  if (inKernels.length > 0 && others.length > 0) await runBeside(inKernels, others, run, results);
  else await runInOrder([...others, ...inKernels], run, results);
  await runInOrder(ALONE.filter(isWanted), run, results);
  rmSync(run.folder, { recursive: true });
  return summary(results);
}

/** Says how it went; returns the exit code. */
function summary(results: Results): number {
  say("");
  for (const [name, { passed, failed, skipped }] of results) {
    if (passed + failed + skipped > 0) say(`${name.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
  const total = [...results.values()].reduce(addCounts);
  for (const failure of total.failures) say(`failed: ${failure}`);
  say(`${total.skippedWithoutShared} tests were skipped because ../shared is absent.`);
  say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
