import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { BUILD_PACKAGES, missingPackages } from "./system-packages.ts";
import { checkPortable, makeStubLibraries } from "./toolchain/glibc.ts";
import { inParallel, run } from "./toolchain/run.ts";

/**
 * Builds `libbun-ffi-v4l2.so` from every C file below `c`: one shared object that needs nothing but an old C library. Beside it stands
 * `libbun-ffi-v4l2.so.zst`, the form that programs embed.
 */

/** File name of the library, and the root of this package. */
export const LIBRARY_NAME = "libbun-ffi-v4l2.so";
export const NATIVE_ROOT = import.meta.dirname;

/** Linked in; C++ ones before the C++ library. */
const ARCHIVES = ["libopenh264.a", "libyuv.a", "libjpeg.a", "libcrypto.a"] as const;
/** The best of zstd's ordinary levels; takes a second or two. */
const COMPRESSION_LEVEL = 19;
const WARNINGS = ["-Wall", "-Wextra", "-Werror"] as const;
const LANGUAGE = ["-std=c17", "-D_GNU_SOURCE", "-pthread"] as const;
const OPTIMISED = ["-O3", "-fPIC", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-g"] as const;
const LINK_FLAGS = [
  "-shared",
  `-Wl,-soname,${LIBRARY_NAME}`,
  // the archives are compiled for executables: their references to themselves must be bound here and stay invisible
  "-Wl,-Bsymbolic",
  "-Wl,--exclude-libs,ALL",
  "-Wl,--gc-sections",
  "-Wl,-z,defs",
  "-Wl,-z,relro",
  "-Wl,-z,now",
  "-Wl,-z,noexecstack",
] as const;

/** What `buildNative` is to do. */
export interface NativeBuildOptions {
  /** Folder that gets the library; made where it is missing. */
  readonly outDir: string;
  /** Takes lines for people. */
  readonly progress: (line: string) => void;
}

/** Builds the library unless it is there and up to date. Throws an Error whose message says what to install or what the compiler said. */
export async function buildNative(options: NativeBuildOptions): Promise<void> {
  const output = join(options.outDir, LIBRARY_NAME);
  const stampFile = join(options.outDir, "build-stamp");
  const sources = sourceFiles();
  const stamp = stampOf([...sources, ...headerFiles(), ...toolFiles()]);
  if (existsSync(`${output}.zst`) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  demandPackages();
  mkdirSync(options.outDir, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), "bun-ffi-v4l2-"));
  try {
    options.progress(`Compiling ${sources.length} C files`);
    const objects = await compileObjects(sources, work, OPTIMISED);
    options.progress("Linking the native library");
    const library = await link(objects, work);
    await checkPortable(library);
    copyFileSync(library, `${output}.new`);
    renameSync(`${output}.new`, output);
    writeFileSync(`${output}.zst`, Bun.zstdCompressSync(readFileSync(output), { level: COMPRESSION_LEVEL }));
    writeFileSync(stampFile, stamp);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Compiles C files to objects in `folder` and returns their paths. */
export function compileObjects(
  sources: readonly string[],
  folder: string,
  flags: readonly string[],
): Promise<string[]> {
  return inParallel(sources, async (source) => {
    const object = join(folder, `${basename(dirname(source))}-${basename(source, ".c")}.o`);
    await run(["gcc", ...LANGUAGE, ...WARNINGS, ...flags, "-c", source, "-o", object]);
    return object;
  });
}

/** Every C file of the library, absolute, sorted. */
export function sourceFiles(): string[] {
  return filesBelow("c/**/*.c");
}

function headerFiles(): string[] {
  return [...filesBelow("c/**/*.{h,inc}"), ...filesBelow("include/*.h")];
}

function toolFiles(): string[] {
  return [join(NATIVE_ROOT, "build.ts"), ...filesBelow("toolchain/*.ts")];
}

function filesBelow(pattern: string): string[] {
  return [...new Bun.Glob(pattern).scanSync({ cwd: NATIVE_ROOT, absolute: true })].sort();
}

/** Changes when a file's name or content does, or when an archive of the system is replaced. */
function stampOf(files: readonly string[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(file));
  for (const archive of ARCHIVES) {
    const path = join(systemFolder(), archive);
    hash.update(existsSync(path) ? `${path} ${statSync(path).size} ${statSync(path).mtimeMs}\n` : `${path} missing\n`);
  }
  return hash.digest("hex");
}

/** Where Debian keeps libraries of this machine's kind. */
export function systemFolder(): string {
  return `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
}

/** Paths of the archives that are linked in. */
export function archiveFiles(): string[] {
  return ARCHIVES.map((archive) => join(systemFolder(), archive));
}

function demandPackages(): void {
  const missing = missingPackages(BUILD_PACKAGES) ?? [];
  if (missing.length === 0) return;
  const names = missing.map((one) => one.name).join(" ");
  throw new Error(
    `The native library cannot be built: Debian packages are missing. Install them: sudo apt-get install -y ${names}`,
  );
}

/** Copies of the archives whose references to stdin, stdout and stderr lead to ours (c/portability/stdio-streams.c). */
function adaptArchives(work: string): Promise<string[]> {
  const renames = ["stdin", "stdout", "stderr"].map((name) => `--redefine-sym=${name}=bv_${name}`);
  return inParallel(archiveFiles(), async (archive) => {
    const copy = join(work, basename(archive));
    await run(["objcopy", ...renames, archive, copy]);
    return copy;
  });
}

/** Links twice: as the machine would, to learn what the C library is asked for, then against stubs of an older one. */
async function link(objects: readonly string[], work: string): Promise<string> {
  const archives = await adaptArchives(work);
  const first = join(work, "first.so");
  const inputs = [...objects, ...archives];
  await run([
    "g++",
    "-o",
    first,
    ...LINK_FLAGS,
    ...inputs,
    "-static-libstdc++",
    "-static-libgcc",
    "-lm",
    "-lpthread",
    "-ldl",
  ]);
  const stubs = await makeStubLibraries(first, join(work, "stubs"), `/lib/${basename(systemFolder())}`);
  const nonshared = (await run(["gcc", "-print-file-name=libc_nonshared.a"])).trim();
  const library = join(work, LIBRARY_NAME);
  const runtime = [
    "-nodefaultlibs",
    "-Wl,--start-group",
    "-l:libstdc++.a",
    "-lgcc",
    "-lgcc_eh",
    ...stubs,
    nonshared,
    "-Wl,--end-group",
  ];
  await run(["g++", "-o", library, ...LINK_FLAGS, ...inputs, ...runtime]);
  await run(["strip", "--strip-unneeded", library]);
  return library;
}

if (import.meta.main) await buildNative({ outDir: join(NATIVE_ROOT, "dist"), progress: (line) => console.log(line) });
