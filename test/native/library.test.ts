import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNative, LIBRARY_NAME, NATIVE_ROOT } from "../../native/build.ts";
import { checkPortable } from "../../native/toolchain/glibc.ts";
import { run } from "../../native/toolchain/run.ts";
import { Library } from "../../native/ts/index.ts";
import { abiProblem } from "../../native/ts/library.ts";
import { ABI_VERSION, expectedAbiLayout, FRAME, readText, writeText } from "../../native/ts/structs.ts";

const BUILD_LIMIT_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), "library-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the library's version and layouts are those of the bindings", () => {
  const { symbols } = Library.open();
  const layout = expectedAbiLayout();
  expect(abiProblem(symbols, ABI_VERSION, layout)).toBeUndefined();
  expect(abiProblem(symbols, ABI_VERSION + 1, layout)).toContain("ABI version");
  expect(abiProblem(symbols, ABI_VERSION, layout.slice(1))).toContain("layout numbers");
  const wrong = layout.with(40, -1);
  expect(abiProblem(symbols, ABI_VERSION, wrong)).toContain("layout number 40");
});

test("structs are laid out by the rules of C", () => {
  expect(FRAME.size).toBe(584);
  expect(FRAME.offset.nal_offset).toBe(72);
});

test("the clock is CLOCK_MONOTONIC and moves on", async () => {
  const library = Library.open();
  const before = library.monotonicUs();
  const uptimeUs = Number((await Bun.file("/proc/uptime").text()).split(" ")[0]) * 1e6;
  expect(Math.abs(before - uptimeUs)).toBeLessThan(5e6);
  expect(library.monotonicUs()).toBeGreaterThan(before);
});

test("texts are cut at their NUL and refused when they do not fit", () => {
  const bytes = new Uint8Array(10).fill(65);
  writeText(bytes, 1, 8, "é12");
  expect(readText(bytes, 1, 8)).toBe("é12");
  expect([bytes[0], bytes[9]]).toEqual([65, 65]);
  expect(() => writeText(bytes, 1, 8, "12345678")).toThrow(RangeError);
  expect(() => writeText(bytes, 1, 8, "a\0b")).toThrow(RangeError);
});

test(
  "a second build changes nothing and takes no time",
  async () => {
    const options = { outDir: join(NATIVE_ROOT, "dist"), progress: () => undefined };
    await buildNative(options);
    const built = statSync(join(options.outDir, LIBRARY_NAME)).mtimeMs;
    const start = performance.now();
    await buildNative(options);
    expect(performance.now() - start).toBeLessThan(500);
    expect(statSync(join(options.outDir, LIBRARY_NAME)).mtimeMs).toBe(built);
  },
  BUILD_LIMIT_MS,
);

test("a library that needs a newer C library is refused", async () => {
  await checkPortable(join(NATIVE_ROOT, "dist", LIBRARY_NAME));
  const [source, output] = [join(folder, "new.c"), join(folder, "new.so")];
  writeFileSync(
    source,
    "#include <pthread.h>\nint f(pthread_t *t, void *(*r)(void *)) { return pthread_create(t, 0, r, 0); }\n",
  );
  await run(["gcc", "-shared", "-fPIC", "-o", output, source]);
  await expect(checkPortable(output)).rejects.toThrow(/pthread_create@GLIBC_2\.34/);
});

test("a library that needs other libraries is refused", async () => {
  const [source, output] = [join(folder, "foreign.cc"), join(folder, "foreign.so")];
  writeFileSync(source, "#include <vector>\nint f() { return std::vector<int>(3).size(); }\n");
  await run(["g++", "-shared", "-fPIC", "-o", output, source]);
  await expect(checkPortable(output)).rejects.toThrow(/libstdc\+\+/);
});

test("a C file that does not compile stops the build with the compiler's words", async () => {
  await expect(run(["gcc", "-c", join(folder, "missing.c"), "-o", join(folder, "x.o")])).rejects.toThrow(/missing\.c/);
});
