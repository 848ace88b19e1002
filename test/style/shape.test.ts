import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { ROOT, sourceFiles, withoutComments } from "./sources.ts";

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;
const TOP_LEVEL = [
  "package.json",
  "bunfig.toml",
  "build.ts",
  "README.md",
  "LICENSE",
  "bun.lock",
  "tsconfig.json",
  "src",
  "native",
  "test",
  "docs",
];
/** Not part of the repository. */
const MADE = ["node_modules", "dist"];
const FORBIDDEN_FILE = /(^|\/)(utils?|helpers?|common|misc)(\.[a-z.]+$|\/)/i;
/** RTP-Info is what RFC 2326 calls its header. */
const FORBIDDEN_NAME = /(Manager|Helper|Utils?|Data|(?<!Rtp)Info)$/;

const code = sourceFiles("build.ts", "{src,native,test}/**/*.{ts,tsx}", "{native,test}/**/*.{c,h}");
const typescript = code.filter((file) => /\.tsx?$/.test(file.path));

/** Lines of every function of a C text, by its first line: bodies stand at the margin. */
function functionsOfC(text: string): readonly { readonly name: string; readonly lines: number }[] {
  const lines = text.split("\n");
  return lines.flatMap((line, begin) => {
    if (line !== "{") return [];
    const end = lines.findIndex((other, index) => index > begin && /^}/.test(other));
    return [{ name: lines[begin - 1] ?? "", lines: end - begin + 1 }];
  });
}

test("the top level holds only what was agreed", () => {
  const entries = readdirSync(ROOT).filter((name) => !name.startsWith(".") && !MADE.includes(name));
  expect(entries.filter((name) => !TOP_LEVEL.includes(name))).toEqual([]);
});

test(`no file has more than ${MAX_FILE_LINES} lines`, () => {
  expect(code.length).toBeGreaterThan(50);
  const long = code.filter((file) => file.text.trimEnd().split("\n").length > MAX_FILE_LINES);
  expect(long.map((file) => file.path)).toEqual([]);
});

// Biome judges TypeScript's functions.
test(`no C function has more than ${MAX_FUNCTION_LINES} lines`, () => {
  const functions = code
    .filter((file) => file.path.endsWith(".c"))
    .flatMap((file) => functionsOfC(file.text).map((one) => ({ ...one, path: file.path })));
  expect(functions.length).toBeGreaterThan(20);
  expect(functions.filter((one) => one.lines > MAX_FUNCTION_LINES).map((one) => `${one.path}: ${one.name}`)).toEqual(
    [],
  );
});

test("no drawer for odds and ends", () => {
  expect(code.filter((file) => FORBIDDEN_FILE.test(file.path)).map((file) => file.path)).toEqual([]);
});

test("names of exported symbols say what they are", () => {
  const pattern = /^export (?:abstract |async )?(?:const|function|class|interface|type) (\w+)/gm;
  const names = typescript.flatMap((file) =>
    [...file.text.matchAll(pattern)].map(([, name]) => `${file.path} ${name}`),
  );
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => FORBIDDEN_NAME.test(name))).toEqual([]);
});

test("every exported symbol of the product has one doc comment", () => {
  const bare = typescript
    .filter((file) => !file.path.startsWith("test/"))
    .flatMap((file) => {
      const lines = file.text.split("\n");
      return lines.flatMap((line, index) => {
        if (!/^export (?:abstract |async )?(?:const|function|class|interface|type) \w/.test(line)) return [];
        // The lines of one block share its comment.
        return /\*\/$|^export const .*;$/.test(lines[index - 1] ?? "") ? [] : [`${file.path}:${index + 1}: ${line}`];
      });
    });
  expect(bare).toEqual([]);
});

test("nothing is left behind", () => {
  // tests may prove with @ts-expect-error that something does not compile
  const left = /\b(TODO|FIXME|XXX)\b|@ts-(?:ignore|nocheck)/;
  const files = code.filter((file) => file.path !== "test/style/shape.test.ts");
  expect(files.filter((file) => left.test(file.text)).map((file) => file.path)).toEqual([]);
  const focused = /\b(?:test|describe|it)\.only\(/;
  expect(files.filter((file) => focused.test(withoutComments(file.text))).map((file) => file.path)).toEqual([]);
});

test("the product keeps no state at module level", () => {
  const product = typescript.filter((file) => /^(src|native\/ts)\//.test(file.path));
  expect(product.filter((file) => /^(?:export )?(?:let|var) /m.test(file.text)).map((file) => file.path)).toEqual([]);
});
