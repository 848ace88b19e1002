import { expect, test } from "bun:test";
import { posix } from "node:path";
import { type SourceFile, sourceFiles, withoutComments } from "./sources.ts";

/** The table of design "Imports point down only": the first pattern that fits gives the level. */
const LEVELS: readonly (readonly [pattern: RegExp, level: number])[] = [
  [/^src\/core\//, 0],
  [/^src\/(media|rtp|sdp|soap|ice|identity)\//, 1],
  [/^src\/rtsp\/protocol\//, 1],
  [/^src\/(camera|stream|settings|storage|config)\//, 2],
  // files that pages are made of, embedded
  [/^(dist\/web\/page\.pack|dist\/swagger\/.*\.zst)$/, 4],
  [/^src\/modules\/[^/]+\/index\.ts$/, 4],
  [/^src\/modules\/[^/]+\/[^/]+\.ts$/, 3],
  // a folder a service
  [/^src\/modules\/onvif\/[^/]+\/[^/]+\.ts$/, 3],
  [/^src\/rtsp\//, 3],
  [/^src\/http\//, 4],
  [/^src\/(app|main)\.ts$/, 5],
  [/^src\/(app|cli)\//, 5],
];
const PURE = 1;
const FRONTS = 4;
const NATIVE_PACKAGE = "bun-ffi-v4l2";
/** Packages that only one place may use. */
const CONFINED: Readonly<Record<string, RegExp>> = {
  elysia: /^src\/(http\/|modules\/[^/]+\/index\.ts$)/,
  werift: /^src\/modules\/webrtc\//,
  "fast-xml-parser": /^src\/soap\/xml-reader\.ts$/,
  commander: /^src\/cli\//,
  "@elysiajs/swagger": /^src\/http\/openapi\.ts$/,
  "prom-client": /^src\/modules\/metrics\//,
};
/** What runs in the browser. */
const PAGE_PACKAGES = /^(preact|@preact\/signals|uplot)(\/|$)/;
const PURE_PACKAGES = ["valibot", "fast-xml-parser"];
/** What a pure file would have to reach for to have an effect or to learn the time. */
const IMPURE_GLOBALS =
  /\b(Bun\.|process\.|performance\.|Date\.now\b|new Date\(\)|Math\.random\b|setTimeout\b|setInterval\b|fetch\()/;

const sources = sourceFiles("src/**/*.ts").filter((file) => !file.path.startsWith("src/web/"));

/** The modules that a text imports: static, type-only, re-exported, dynamic and for effect. */
function importsOf(text: string): readonly string[] {
  const pattern = /\b(?:from|import)\s*\(?\s*"([^"\n]+)"/g;
  return [...withoutComments(text).matchAll(pattern)].map(([, specifier]) => specifier ?? "");
}

function levelOf(path: string): number | undefined {
  return LEVELS.find(([pattern]) => pattern.test(path))?.[1];
}

/** Why a file may not import a module; undefined when it may. */
function violation(path: string, specifier: string): string | undefined {
  const level = levelOf(path) ?? 0;
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier);
    const targetLevel = levelOf(target);
    if (target === "package.json" || target === "bunfig.toml")
      return level === 5 ? undefined : "only the top reads package.json";
    if (targetLevel === undefined) return `${target} is outside the levels`;
    return targetLevel > level ? `level ${level} imports level ${targetLevel}` : undefined;
  }
  const confined = Object.entries(CONFINED).find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
  if (confined !== undefined && !confined[1].test(path)) return `${confined[0]} is confined to ${confined[1]}`;
  if (level === 0) return "core imports nothing";
  if (level === PURE && !PURE_PACKAGES.includes(specifier)) return "pure parts import no platform";
  if (specifier === NATIVE_PACKAGE && level >= FRONTS && level < 5) return "fronts do not touch the native package";
  return undefined;
}

test("every source file stands in the table of levels", () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter((file) => levelOf(file.path) === undefined).map((file) => file.path)).toEqual([]);
});

test("imports point down only", () => {
  const violations = sources.flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => {
      const reason = violation(file.path, specifier);
      return reason === undefined ? [] : [`${file.path} → ${specifier}: ${reason}`];
    }),
  );
  expect(violations).toEqual([]);
});

test("pure parts take time, randomness and the platform as inputs", () => {
  const impure = (file: SourceFile) => IMPURE_GLOBALS.exec(withoutComments(file.text))?.[0];
  const pure = sources.filter((file) => levelOf(file.path) === PURE);
  expect(pure.flatMap((file) => (impure(file) === undefined ? [] : [`${file.path}: ${impure(file)}`]))).toEqual([]);
});

test("the page takes nothing but types from the rest, and these only from the pure parts, models and the table of settings", () => {
  const page = sourceFiles("src/web/**/*.{ts,tsx}");
  const allowed =
    /^src\/(core|media|rtp|sdp|soap|ice|identity|rtsp\/protocol)\/|^src\/modules\/[^/]+\/model\.ts$|^src\/settings\/(keys|setting-kinds)\.ts$/;
  const statements = /^(import|export)( type)? [^;]*? from "([^"]+)";|\bimport\("([^"]+)"\)/gm;
  const violations = page.flatMap(({ path, text }) =>
    [...text.matchAll(statements)].flatMap(([, , type, from, dynamic]) => {
      const specifier = from ?? dynamic ?? "";
      if (!specifier.startsWith(".")) return PAGE_PACKAGES.test(specifier) || type ? [] : [`${path} → ${specifier}`];
      const target = posix.join(posix.dirname(path), specifier);
      return target.startsWith("src/web/") || (type && allowed.test(target)) ? [] : [`${path} → ${target}`];
    }),
  );
  expect(page.length).toBeGreaterThan(20);
  expect(violations).toEqual([]);
});

test("the native package knows nothing of the product", () => {
  const foreign = sourceFiles("native/**/*.ts").flatMap((file) =>
    importsOf(file.text)
      .filter((specifier) => specifier.includes("/src/") || specifier.includes("/test/"))
      .map((specifier) => `${file.path} → ${specifier}`),
  );
  expect(foreign).toEqual([]);
});

test("the check itself sees every form of import", () => {
  const forms = [
    'import { a } from "../http/app.ts";',
    'import type { A } from "../http/app.ts";',
    'export { a } from "../http/app.ts";',
    'const a = await import("../http/app.ts");',
    'import "../http/app.ts";',
    'import {\n  a,\n} from "../http/app.ts";',
  ];
  for (const form of forms) {
    expect(importsOf(form).map((specifier) => violation("src/core/x.ts", specifier))).toEqual([
      "level 0 imports level 4",
    ]);
  }
  expect(violation("src/rtp/x.ts", "node:crypto")).toBe("pure parts import no platform");
  expect(violation("src/modules/stream/service.ts", "elysia")).toContain("confined");
  expect(violation("src/modules/stream/index.ts", "elysia")).toBeUndefined();
});
