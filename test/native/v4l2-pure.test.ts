import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCapture } from "./v4l2-probe.ts";

const COMPILE_LIMIT_MS = 60_000;
const SANITIZERS = "address,undefined";
/** The system calls that v4l2-hostile.c answers itself. */
const WRAPPED = ["ioctl", "stat", "open", "close", "mmap", "munmap", "poll"].map((name) => `-Wl,--wrap=${name}`);
/** Two thousand sessions take a second. */
const SESSIONS = process.env.RD_LONG === "1" ? 1_000_000 : 2000;
const SESSIONS_LIMIT_MS = COMPILE_LIMIT_MS + SESSIONS * 5;

const folder = mkdtempSync(join(tmpdir(), "v4l2-pure-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...command: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command);
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.toString();
}

test(
  "modes are chosen and planes mapped as they should be",
  () => {
    const program = join(folder, "pure");
    compileCapture("test/native/v4l2-pure.c", program, SANITIZERS);
    run(program);
  },
  COMPILE_LIMIT_MS,
);

test(
  "a driver that lies breaks nothing",
  () => {
    const program = join(folder, "hostile");
    compileCapture("test/native/v4l2-hostile.c", program, SANITIZERS, [
      "test/native/v4l2-hostile-driver.c",
      ...WRAPPED,
    ]);
    // Some of what it says is true enough to give pictures: otherwise nothing would have been tried.
    expect(Number(run(program, "1", String(SESSIONS)))).toBeGreaterThan(SESSIONS / 2);
  },
  SESSIONS_LIMIT_MS,
);
