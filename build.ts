import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildNative } from "./native/build.ts";
import { BUILD_PACKAGES, ensurePackages } from "./native/system-packages.ts";

/** Builds `dist/rotordream`; `--run-demo` then runs its demo, to which all further arguments go. */

/** The contract's bound on the executable, bytes. */
const MAX_EXECUTABLE_BYTES = 125_000_000;
const ROOT = import.meta.dirname;
const DIST = join(ROOT, "dist");
const EXECUTABLE = join(DIST, "rotordream");
const NATIVE_DIST = join(ROOT, "native", "dist");
const STAMPS = join(DIST, "build-stamps.json");
const WEB = join(ROOT, "src", "web");
/** The bound on the page, all views and icons compressed. */
const MAX_PAGE_BYTES = 150_000;
const FAILED = 1;

/** What a step was last made from: step name → hash of its inputs. */
type Stamps = Record<string, string>;

interface Step {
  readonly name: string;
  /** Files and folders, relative to the root, whose content decides whether to run again. None: the step itself knows. */
  readonly inputs: readonly string[];
  /** Must exist for the step to be skipped. */
  readonly output: string;
  readonly run: () => Promise<void>;
}

const STEPS: readonly Step[] = [
  {
    name: "npm packages",
    inputs: ["package.json", "bun.lock", "native/package.json"],
    output: join(ROOT, "node_modules"),
    run: async () => bun(["install", "--frozen-lockfile"]),
  },
  {
    name: "native library",
    inputs: [],
    output: NATIVE_DIST,
    run: () => buildNative({ outDir: NATIVE_DIST, progress: say }),
  },
  {
    name: "web page",
    inputs: ["src/web", "package.json", "bun.lock", "build.ts"],
    output: join(DIST, "web", "page.pack"),
    run: bundlePage,
  },
  {
    name: "API page",
    inputs: ["package.json", "bun.lock", "build.ts"],
    output: join(DIST, "swagger", "swagger-ui.css.zst"),
    run: compressApiPage,
  },
  {
    name: "executable",
    inputs: [
      "src",
      "dist/web/page.pack",
      "dist/swagger",
      "native/ts",
      "native/dist/libbun-ffi-v4l2.so.zst",
      "package.json",
      "bun.lock",
      "build.ts",
    ],
    output: EXECUTABLE,
    run: compile,
  },
];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs this very Bun, which need not be on PATH. */
function bun(args: readonly string[]): void {
  const run = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (run.status !== 0) throw new Error(`bun ${args[0]} failed${run.error ? `: ${run.error.message}` : ""}`);
}

/** What the page is made of, by the ending of its name. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
};

/** One file of the page: a line of JSON that names what is in it, then everything in that order (read by src/http/web-pack.ts). */
async function bundlePage(): Promise<void> {
  const { outputs } = await Bun.build({
    entrypoints: [join(WEB, "main.tsx"), join(WEB, "main.css")],
    target: "browser",
    minify: true,
    splitting: true,
    naming: { entry: "[name].[hash].[ext]", chunk: "part.[hash].[ext]", asset: "[name].[hash].[ext]" },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const icons = readdirSync(join(WEB, "icons")).map((name) => ({
    name,
    content: readFileSync(join(WEB, "icons", name)),
  }));
  const built = outputs.map(async (output) => ({
    name: output.path.replace(/^.*\//, ""),
    content: Buffer.from(await output.arrayBuffer()),
  }));
  const files = [...(await Promise.all(built)), ...icons].map(({ name, content }) => {
    const mediaType = MEDIA_TYPES[name.replace(/^.*\./, "")];
    if (mediaType === undefined) throw new Error(`the page has ${name}, whose media type is not known`);
    const small = gzipSync(content, { level: 9 });
    return {
      name,
      mediaType,
      ...(small.length < content.length ? { coding: "gzip", body: small } : { body: content }),
    };
  });
  const size = files.reduce((sum, { body }) => sum + body.length, 0);
  if (size > MAX_PAGE_BYTES)
    throw new Error(`the page has ${size} bytes compressed, more than the ${MAX_PAGE_BYTES} allowed`);
  const index = JSON.stringify(files.map(({ body, ...rest }) => ({ ...rest, bytes: body.length })));
  mkdirSync(join(DIST, "web"), { recursive: true });
  writeFileSync(
    join(DIST, "web", "page.pack"),
    Buffer.concat([Buffer.from(`${index}\n`), ...files.map(({ body }) => body)]),
  );
  say(`      ${files.length} files, ${(size / 1000).toFixed(1)} KB compressed`);
}

/** Embedded, they would take four times the room. */
async function compressApiPage(): Promise<void> {
  const from = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
  const to = join(DIST, "swagger");
  mkdirSync(to, { recursive: true });
  for (const file of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
    writeFileSync(join(to, `${file}.zst`), Bun.zstdCompressSync(readFileSync(join(from, file)), { level: 19 }));
  }
}

async function compile(): Promise<void> {
  const fresh = `${EXECUTABLE}.new`;
  bun([
    "build",
    "--compile",
    "--minify",
    "--bytecode",
    "--format=esm",
    // What is loaded when it is needed stays out of what every start reads.
    "--splitting",
    "--no-compile-autoload-bunfig",
    "--no-compile-autoload-dotenv",
    // Elysia would look into uploaded files with it, where a route asks for that; none does.
    "--external=file-type",
    // Certificates begin on this day, because devices boot with wrong clocks.
    `--define=ROTORDREAM_BUILD_DATE="${new Date().toISOString().slice(0, 10)}"`,
    "src/main.ts",
    "--outfile",
    fresh,
  ]);
  const { size } = statSync(fresh);
  if (size > MAX_EXECUTABLE_BYTES) {
    throw new Error(`the executable has ${size} bytes, more than the ${MAX_EXECUTABLE_BYTES} allowed`);
  }
  // Renamed into place: a running demo keeps its old file, and an interrupted build leaves no half of one.
  renameSync(fresh, EXECUTABLE);
  say(`      ${EXECUTABLE} ${(size / 1e6).toFixed(1)} MB`);
}

/** Hash over names and bytes of files and folders, and over this Bun. */
function hashOf(inputs: readonly string[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(`${Bun.version} ${Bun.revision} ${process.arch}\n`);
  const add = (path: string) => {
    const absolute = join(ROOT, path);
    if (statSync(absolute).isDirectory()) {
      for (const name of readdirSync(absolute).sort()) add(join(path, name));
      return;
    }
    const bytes = readFileSync(absolute);
    hash.update(`${path} ${bytes.length}\n`);
    hash.update(bytes);
  };
  for (const input of inputs) add(input);
  return hash.digest("hex");
}

function readStamps(): Stamps {
  try {
    return JSON.parse(readFileSync(STAMPS, "utf8"));
  } catch {
    return {}; // no build yet, or a torn file: build everything
  }
}

async function runSteps(): Promise<void> {
  mkdirSync(DIST, { recursive: true });
  const total = STEPS.length + 1;
  say(`[1/${total}] system packages`);
  if (!ensurePackages(BUILD_PACKAGES, say)) process.exit(FAILED);
  const stamps = readStamps();
  for (const [index, step] of STEPS.entries()) {
    const label = `[${index + 2}/${total}] ${step.name}`;
    const hash = hashOf(step.inputs);
    if (step.inputs.length > 0 && stamps[step.name] === hash && existsSync(step.output)) {
      say(`${label}: up to date`);
      continue;
    }
    say(`${label} …`);
    const began = performance.now();
    await step.run();
    stamps[step.name] = hash;
    writeFileSync(STAMPS, JSON.stringify(stamps));
    say(`${label}: done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
}

/** Runs the demo in the foreground: its terminal, signals and exit code are ours. */
async function runDemo(args: readonly string[]): Promise<number> {
  const demo = Bun.spawn([EXECUTABLE, "--demo", ...args], { stdio: ["inherit", "inherit", "inherit"] });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => demo.kill(signal));
  const watch = process.env.npm_config_user_agent?.startsWith("npm/")
    ? stopWithNpx(() => demo.kill("SIGTERM"))
    : undefined;
  await demo.exited;
  clearInterval(watch);
  return demo.exitCode ?? FAILED;
}

const NPX_WATCH_MS = 500;

/** npx passes a signal on to the shell that it put between itself and us, and no further: that shell's end is all we learn of it. */
function stopWithNpx(stop: () => void): NodeJS.Timeout {
  const shell = parentOf(process.ppid);
  return setInterval(() => {
    if (parentOf(process.ppid) !== shell) stop();
  }, NPX_WATCH_MS);
}

/** Undefined when the process is gone. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

const [mode, ...demoArguments] = process.argv.slice(2);
if (mode !== undefined && mode !== "--run-demo") {
  process.stderr.write(`Unknown argument ${mode}. Usage: bun build.ts [--run-demo [arguments of rotordream]]\n`);
  process.exit(FAILED);
}
try {
  await runSteps();
  if (mode === "--run-demo") process.exitCode = await runDemo(demoArguments);
} catch (error) {
  process.stderr.write(`Build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(FAILED);
}
