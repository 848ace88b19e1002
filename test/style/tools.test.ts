import { expect, test } from "bun:test";
import { join } from "node:path";
import { ROOT } from "./sources.ts";

/** Runs a development tool of node_modules with this Bun, which need not be on PATH. */
function runTool(name: string, ...args: readonly string[]): { readonly status: number; readonly output: string } {
  const run = Bun.spawnSync([process.execPath, join(ROOT, "node_modules/.bin", name), ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status: run.exitCode, output: `${run.stdout}${run.stderr}` };
}

test("Biome finds nothing", () => {
  expect(runTool("biome", "check", ".", "--error-on-warnings")).toMatchObject({ status: 0 });
});

test("TypeScript finds nothing", () => {
  expect(runTool("tsc", "--noEmit")).toMatchObject({ status: 0 });
});

// the page and its tests know a browser, the rest does not
for (const project of ["src/web", "test/unit/web"]) {
  test(`TypeScript finds nothing in ${project}`, () => {
    expect(runTool("tsc", "--noEmit", "-p", project)).toMatchObject({ status: 0 });
  });
}

test("Knip finds nothing unused", () => {
  expect(runTool("knip", "--no-config-hints")).toMatchObject({ status: 0 });
});
