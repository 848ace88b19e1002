import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveFiles, compileObjects, sourceFiles } from "../../native/build.ts";
import { run } from "../../native/toolchain/run.ts";
import { parseSps } from "../../src/media/h264-sps.ts";

const PARAMETER_SETS: readonly { readonly name: string; readonly sps: string }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/h264/parameter-sets.json"), "utf8"),
);
const COMPILE_LIMIT_MS = 120_000;
const CASE_LIMIT_MS = 60_000;
const FLAGS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
/** Lets the check say when memory is out. */
const WRAP_MALLOC = "-Wl,--wrap=malloc";
const SEEDS = [1, 20_261_122];
const WIDTH = 333;
const HEIGHT = 250;
const DHT = 0xc4;
const SOS = 0xda;

describe("pixels, codecs and ring under the address and undefined-behaviour sanitizers", () => {
  const folder = mkdtempSync(join(tmpdir(), "codec-check-"));
  const program = join(folder, "check");
  const check = (...args: (string | number)[]) => run([program, ...args.map(String)]);

  beforeAll(async () => {
    const sources = sourceFiles().filter((path) => /native\/c\/(pixels|encode|pipeline)\/|clock\.c$/.test(path));
    const own = [
      ...new Bun.Glob("test/native/codec-check/*.c").scanSync({
        cwd: join(import.meta.dirname, "../.."),
        absolute: true,
      }),
    ];
    const library = sources.filter((path) => !/\/(pipeline|worker|intake|offline)\.c$/.test(path));
    const objects = await compileObjects([...library, ...own], folder, FLAGS);
    await run(["g++", ...FLAGS, WRAP_MALLOC, "-o", program, ...objects, ...archiveFiles(), "-lpthread", "-lm"]);
  }, COMPILE_LIMIT_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const seed of SEEDS) {
    test(`NAL units, seed ${seed}`, () => check("annexb", "-", seed, 20_000), CASE_LIMIT_MS);
    test(`unpacking, seed ${seed}`, () => check("unpack", "-", seed, 200), CASE_LIMIT_MS);
    test(`scaling, seed ${seed}`, () => check("scale", "-", seed, 12), CASE_LIMIT_MS);
    test(`stage, seed ${seed}`, () => check("stage", "-", seed, 60), CASE_LIMIT_MS);
    test(`motion, seed ${seed}`, () => check("motion", "-", seed, 10), CASE_LIMIT_MS);
    test(`overlay, seed ${seed}`, () => check("overlay", "-", seed, 150), CASE_LIMIT_MS);
    test(`inset, seed ${seed}`, () => check("inset", "-", seed, 150), CASE_LIMIT_MS);
    test(`UTF-8, seed ${seed}`, () => check("utf8", "-", seed, 20_000), CASE_LIMIT_MS);
    test(`pace, seed ${seed}`, () => check("pace", "-", seed), CASE_LIMIT_MS);
    test(`ring, seed ${seed}`, () => check("ring", "-", seed, 3000), CASE_LIMIT_MS);
  }
  test("the overlay without memory", () => check("overlay-memory"), CASE_LIMIT_MS);
  test("brightness, contrast and saturation", () => check("levels"), CASE_LIMIT_MS);
  test("JPEG there and back, of any size and range", () => check("jpeg-round-trip"), CASE_LIMIT_MS);

  for (const format of ["yuvj420p", "yuvj422p", "yuvj444p", "grey"]) {
    const path = join(folder, `${format}.jpg`);
    const decoded = async (file: string) => JSON.parse(await check("print-jpeg", file));
    test(`JPEG ${format}`, async () => {
      if (format === "grey") await check("write-grey-jpeg", path);
      else makeJpeg(format, path);
      const means = planeMeans(path, format === "grey");
      const result = await decoded(path);
      expect(result).toMatchObject({ width: WIDTH, height: HEIGHT });
      for (const [i, mean] of means.entries()) expect(Math.abs(result.means[i] - mean)).toBeLessThan(1.5);
      const bare = join(folder, `${format}-bare.jpg`);
      const jpeg = readFileSync(path);
      writeFileSync(bare, withoutHuffmanTables(jpeg));
      expect(await decoded(bare)).toEqual(result);
      const cut = join(folder, `${format}-cut.jpg`);
      writeFileSync(cut, jpeg.subarray(0, Math.floor(jpeg.length / 2)));
      expect(await decoded(cut)).toEqual({ error: -1005 });
    });
    for (const seed of SEEDS)
      test(
        `damaged JPEG ${format}, seed ${seed}`,
        async () => {
          const [good = 0, all = 0] = (await check("fuzz-jpeg", path, seed, 1500))
            .split(" of ")
            .map((n) => Number.parseInt(n, 10));
          expect(good).toBeWithin(1, all);
        },
        CASE_LIMIT_MS,
      );
  }

  for (const { sps } of PARAMETER_SETS.filter(({ name }) => name.startsWith("openh264"))) {
    test(
      `timing in the SPS ${sps}`,
      async () => {
        const path = join(folder, "sps");
        writeFileSync(path, Buffer.from(sps, "hex"));
        const before = parseSps(Buffer.from(sps, "hex"));
        const after = parseSps(Buffer.from(await check("sps-timing", path, 1, 20_000), "hex"));
        expect(before?.frameRate).toBeUndefined();
        expect(after?.frameRate).toBe(30);
        expect(JSON.stringify({ ...after, frameRate: undefined })).toBe(JSON.stringify(before));
      },
      CASE_LIMIT_MS,
    );
  }

  test(
    "a camera's own H.264, sometimes damaged",
    async () => {
      const path = join(folder, "unit.h264");
      ffmpeg([
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=320x180",
        "-frames:v",
        "1",
        "-c:v",
        "libx264",
        "-profile:v",
        "baseline",
        "-f",
        "h264",
        path,
      ]);
      const { passed, decoded } = JSON.parse(await check("fuzz-h264", path, 7, 800));
      expect(passed).toBeGreaterThan(500);
      expect(decoded).toBeGreaterThan(500);
    },
    CASE_LIMIT_MS,
  );
});

function ffmpeg(options: readonly string[]): Uint8Array {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["ffmpeg", "-v", "error", "-y", ...options]);
  if (exitCode !== 0) throw new Error(`ffmpeg: ${stderr}`);
  return stdout;
}

function makeJpeg(format: string, path: string): void {
  const picture = ["-f", "lavfi", "-i", `testsrc=size=${WIDTH}x${HEIGHT}`, "-frames:v", "1"];
  ffmpeg([...picture, "-pix_fmt", format, "-huffman", "default", "-q:v", "3", path]);
}

/** The means of a JPEG's planes as ffmpeg decodes them to 4:2:0. */
function planeMeans(path: string, isGrey: boolean): number[] {
  const raw = ffmpeg(["-i", path, "-pix_fmt", isGrey ? "gray" : "yuvj420p", "-f", "rawvideo", "-"]);
  const chroma = Math.ceil(WIDTH / 2) * Math.ceil(HEIGHT / 2);
  const mean = (from: number, size: number) => raw.subarray(from, from + size).reduce((sum, x) => sum + x, 0) / size;
  const luma = mean(0, WIDTH * HEIGHT);
  if (isGrey) return [luma, 128, 128];
  return [luma, mean(WIDTH * HEIGHT, chroma), mean(WIDTH * HEIGHT + chroma, chroma)];
}

/** As many webcams send it: the standard tables are implied. */
function withoutHuffmanTables(jpeg: Buffer): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  for (let at = 2; ; ) {
    const marker = jpeg[at + 1];
    if (marker === SOS) return Buffer.concat([...kept, jpeg.subarray(at)]);
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (marker !== DHT) kept.push(jpeg.subarray(at, end));
    at = end;
  }
}
