import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCapture } from "./v4l2-probe.ts";

const COMPILE_LIMIT_MS = 60_000;

test(
  "choosing modes and mapping planes, under the sanitizers",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "v4l2-pure-"));
    compileCapture("test/native/v4l2-pure.c", join(folder, "pure"), "address,undefined");
    const { exitCode, stderr } = Bun.spawnSync([join(folder, "pure")]);
    rmSync(folder, { recursive: true });
    expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  },
  COMPILE_LIMIT_MS,
);
