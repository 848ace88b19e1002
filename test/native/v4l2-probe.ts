import { join } from "node:path";
import { Glob } from "bun";
import type { VirtualMachine } from "../support/virtual-machine.ts";

const ROOT = join(import.meta.dir, "../..");
/** The probe itself gives up after 20 s. */
const STREAMING_LIMIT_MS = 20_000;

/** Results of the source: -errno, or BV_ERR_* of shim.h. */
export const ERROR = {
  noEntry: -2,
  io: -5,
  busy: -16,
  gone: -19,
  invalid: -22,
  notSupported: -95,
  notCapture: -1001,
  noFormat: -1002,
  badArgument: -1007,
} as const;

/** What to capture; defaults: /dev/video0, 640x360 at 30 fps in any format, without pass-through, one picture. */
export interface ProbeWish {
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly fourcc?: string;
  readonly passthrough?: boolean;
  readonly frames?: number;
  /** How long each picture is kept. */
  readonly holdMs?: number;
}

/** What v4l2-probe.c prints; without pictures only the last four members. */
export interface Probe {
  readonly fourcc: string;
  readonly width: number;
  readonly height: number;
  readonly fpsMillihertz: number;
  readonly canForceKeyframe: number;
  readonly pictures: number;
  /** Pictures later than the one before. */
  readonly ordered: number;
  /** Pictures captured within the last second. */
  readonly fresh: number;
  readonly skipped: number;
  readonly measuredFps: number;
  readonly pictureFourcc: string;
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  readonly fullRange: number;
  /** Of compressed pictures. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** One bit for each NAL unit type seen. */
  readonly nalTypes: number;
  /** Y, Cb, Cr in the middle of each eighth of the picture's width, at three quarters of its height. */
  readonly samples: readonly (readonly number[])[];
  /** Wall clock of the machine, microseconds. */
  readonly lostAtUs: number;
  readonly closeUs: number;
  readonly error: number;
  /** Of asking for a keyframe. */
  readonly keyframe: number;
  readonly leakedDescriptors: number;
  readonly leakedMappings: number;
}

/** Compiles the capture part with a program of this folder; `more` are its other files and flags. */
export function compileCapture(program: string, output: string, sanitizers: string, more: string[] = []): void {
  const sources = [...new Glob("native/c/capture/*.c").scanSync(ROOT), "native/c/clock.c", program];
  const strict = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", "-g"];
  const checks = [`-fsanitize=${sanitizers}`, "-fno-sanitize-recover=all"];
  const built = Bun.spawnSync(["gcc", ...strict, ...checks, ...more, "-o", output, ...sources], { cwd: ROOT });
  if (built.exitCode !== 0) throw new Error(`${program} does not compile: ${built.stderr}`);
}

/** Compiles the probe to `folder`/probe. The address sanitizer needs more address space than User-mode Linux has. */
export function buildProbe(folder: string): void {
  compileCapture("test/native/v4l2-probe.c", join(folder, "probe"), "undefined");
}

/** Captures in the virtual machine and tells what came. */
export async function capture(machine: VirtualMachine, folder: string, wish: ProbeWish): Promise<Probe> {
  const { stdout, stderr } = await machine.run(command(folder, { frames: 1, ...wish }));
  return parse(stdout, stderr);
}

/** A capture in the virtual machine that runs until its source is lost. */
export interface RunningCapture {
  ended(): Promise<Probe>;
}

/** Resolves when the first picture has come. */
export async function captureUntilLost(
  machine: VirtualMachine,
  folder: string,
  wish: ProbeWish,
): Promise<RunningCapture> {
  const pid = await machine.start("lost", command(folder, { ...wish, frames: 0 }));
  await machine.waitFor("grep -q streaming /tmp/lost.log", STREAMING_LIMIT_MS);
  return {
    async ended() {
      const { stdout, stderr } = await machine.run(`while kill -0 ${pid} 2>&-; do sleep 0.01; done; cat /tmp/lost.log`);
      return parse(stdout, stderr);
    },
  };
}

function command(folder: string, wish: ProbeWish): string {
  const { path = "/dev/video0", width = 640, height = 360, fps = 30, fourcc = "any" } = wish;
  const numbers = [wish.passthrough === true ? 1 : 0, wish.frames ?? 1, wish.holdMs ?? 0];
  return [join(folder, "probe"), path, width, height, fps, fourcc, ...numbers].join(" ");
}

function parse(stdout: string, stderr: string): Probe {
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(`the probe died: ${stdout} ${stderr}`);
  return JSON.parse(last) as Probe;
}
