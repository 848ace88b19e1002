import { mkdirSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

/** Runs every module of this folder that exports `name` and `run`, or those named as arguments; prints a table each and writes dist/bench.json. */

interface Bench {
  readonly name: string;
  run(): Promise<Record<string, number>>;
}

const ROOT = join(import.meta.dir, "../..");

function isBench(module: object): module is Bench {
  return "name" in module && typeof module.name === "string" && "run" in module && typeof module.run === "function";
}

async function findBenches(wanted: readonly string[]): Promise<Bench[]> {
  const files = [...new Glob("*.ts").scanSync(import.meta.dir)].filter((file) => file !== "run.ts").sort();
  const modules: object[] = [];
  for (const file of files) modules.push(await import(join(import.meta.dir, file)));
  const benches = modules.filter(isBench);
  const unknown = wanted.find((name) => benches.every((bench) => bench.name !== name));
  if (unknown !== undefined)
    throw new Error(`no bench is called ${unknown}; there are ${benches.map(({ name }) => name).join(", ")}`);
  return wanted.length === 0 ? benches : benches.filter(({ name }) => wanted.includes(name));
}

/** Three significant digits are more than such a machine repeats. */
function rounded(result: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, Number(value.toPrecision(4))]));
}

const results: Record<string, Record<string, number> | { readonly error: string }> = {};
for (const bench of await findBenches(process.argv.slice(2))) {
  console.log(`\n${bench.name}`);
  try {
    const result = rounded(await bench.run());
    results[bench.name] = result;
    console.table(result);
  } catch (error) {
    // One bench that cannot run here must not hide the others' numbers.
    results[bench.name] = { error: String(error) };
    console.log(`failed: ${error}`);
    process.exitCode = 1;
  }
}
mkdirSync(join(ROOT, "dist"), { recursive: true });
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  loadAverage: loadavg()[0],
  kernel: release(),
  bun: Bun.version,
};
await Bun.write(
  join(ROOT, "dist/bench.json"),
  `${JSON.stringify({ time: new Date().toISOString(), machine, results }, null, 2)}\n`,
);
