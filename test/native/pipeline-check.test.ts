import { afterAll, beforeAll, describe, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveFiles, compileObjects, sourceFiles } from "../../native/build.ts";
import { run } from "../../native/toolchain/run.ts";

const COMPILE_LIMIT_MS = 180_000;
const CASE_LIMIT_MS = 60_000;
const OWN = [...new Bun.Glob("pipeline-check/*.c").scanSync({ cwd: import.meta.dirname, absolute: true })];
const SEEDS = [1, 20_261_122];

for (const sanitizers of ["address,undefined", "thread"])
  describe(`pipelines under load, with the sanitizers ${sanitizers}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "pipeline-check-"));
    const program = join(folder, "check");

    beforeAll(async () => {
      const flags = ["-g", "-O1", `-fsanitize=${sanitizers}`, "-fno-sanitize-recover=all"];
      const library = sourceFiles().filter((path) => !/\/(portability|egress)\//.test(path));
      const objects = await compileObjects([...library, ...OWN], folder, flags);
      await run(["g++", ...flags, "-o", program, ...objects, ...archiveFiles(), "-lpthread", "-lm"]);
    }, COMPILE_LIMIT_MS);
    afterAll(() => rmSync(folder, { recursive: true }));

    for (const name of ["load", "insets"])
      for (const seed of SEEDS) test(`${name}, seed ${seed}`, () => run([program, name, String(seed)]), CASE_LIMIT_MS);
  });
