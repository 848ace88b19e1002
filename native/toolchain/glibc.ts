import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

/**
 * The C library's symbols carry versions, and a linker takes the newest of the machine that builds. To run on older systems the
 * library is linked against stub libraries that offer the oldest version of each symbol instead.
 */

/** Oldest C library that the result must run on: Debian 10, RHEL 8. */
export const GLIBC_FLOOR = "2.28";

/** Libraries that the result may need at run time. */
const ALLOWED_LIBRARIES = /^(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux-[\w-]+\.so\.\d)$/;

interface DynamicSymbol {
  readonly name: string;
  readonly version: string;
  readonly isDefined: boolean;
  readonly isObject: boolean;
}

interface Stub {
  readonly library: string;
  readonly name: string;
  readonly version: string;
  readonly isObject: boolean;
}

async function dynamicSymbols(path: string): Promise<DynamicSymbol[]> {
  const symbols: DynamicSymbol[] = [];
  for (const line of (await run(["objdump", "-T", path])).split("\n")) {
    const match = /^[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+\s+\(?(GLIBC_[\w.]+)\)?\s+(\S+)$/.exec(line);
    if (match === null) continue;
    const [, flags = "", section, version = "", name = ""] = match;
    symbols.push({ name, version, isDefined: section !== "*UND*", isObject: flags.includes("O") });
  }
  return symbols;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.replace("GLIBC_", "").split(".").map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Where the symbol was before glibc 2.34 put everything into libc. */
function formerLibrary(name: string, library: string): string {
  if (/^(pthread_|__pthread_|sem_)/.test(name)) return "libpthread.so.0";
  return /^dl(open|sym|close|error|addr)$/.test(name) ? "libdl.so.2" : library;
}

/** The oldest version of every symbol that `library` takes from the C library. */
async function chooseVersions(library: string, systemFolder: string): Promise<Stub[]> {
  const offered = new Map<string, Stub>();
  for (const file of ["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"]) {
    for (const { name, version, isDefined, isObject } of await dynamicSymbols(join(systemFolder, file))) {
      if (!isDefined || !/^GLIBC_2/.test(version)) continue;
      const known = offered.get(name);
      if (known === undefined || compareVersions(version, known.version) < 0)
        offered.set(name, { library: formerLibrary(name, file), name, version, isObject });
    }
  }
  const wanted = (await dynamicSymbols(library)).filter((symbol) => !symbol.isDefined);
  return wanted.flatMap(({ name }) => offered.get(name) ?? []);
}

async function buildStub(folder: string, library: string, stubs: readonly Stub[]): Promise<string> {
  const versions = [...new Set(stubs.map((stub) => stub.version))].sort(compareVersions);
  const assembly = [`.section .note.GNU-stack,"",%progbits`];
  for (const [index, { name, version, isObject }] of stubs.entries()) {
    const local = `stub${index}_${name}`;
    assembly.push(
      isObject ? ".data" : ".text",
      `.globl ${local}`,
      `.type ${local},%${isObject ? "object" : "function"}`,
    );
    assembly.push(`${local}: .quad 0`, `.size ${local},8`, `.symver ${local},${name}@@${version}`);
  }
  const [source, map, output] = [join(folder, `${library}.s`), join(folder, `${library}.map`), join(folder, library)];
  writeFileSync(source, `${assembly.join("\n")}\n`);
  writeFileSync(map, versions.map((version) => `${version} {};\n`).join(""));
  await run([
    "gcc",
    "-shared",
    "-nostdlib",
    "-o",
    output,
    source,
    `-Wl,-soname,${library}`,
    `-Wl,--version-script,${map}`,
  ]);
  return output;
}

/** Makes stub libraries in `folder` for what `library`, linked normally, needs. Returns their paths. */
export async function makeStubLibraries(library: string, folder: string, systemFolder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const byLibrary = Map.groupBy(await chooseVersions(library, systemFolder), (stub) => stub.library);
  return Promise.all([...byLibrary].map(([name, stubs]) => buildStub(folder, name, stubs)));
}

/** Throws when the library needs a newer C library than GLIBC_FLOOR, or any library that is not part of it. */
export async function checkPortable(library: string): Promise<void> {
  const tooNew = (await dynamicSymbols(library)).filter(
    (symbol) => !symbol.isDefined && compareVersions(symbol.version, GLIBC_FLOOR) > 0,
  );
  if (tooNew.length > 0) {
    const names = tooNew.map((symbol) => `${symbol.name}@${symbol.version}`).join(", ");
    throw new Error(
      `The native library would not run on glibc ${GLIBC_FLOOR}: it needs ${names}. See native/c/portability.`,
    );
  }
  const needed = [...(await run(["objdump", "-p", library])).matchAll(/^\s+NEEDED\s+(\S+)$/gm)].map(
    (match) => match[1] ?? "",
  );
  const foreign = needed.filter((name) => !ALLOWED_LIBRARIES.test(name));
  if (foreign.length > 0)
    throw new Error(`The native library must not need other libraries, but needs ${foreign.join(", ")}.`);
}
