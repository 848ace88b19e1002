import { parseArgs } from "node:util";
import { type Transport, Viewer } from "./viewer.ts";

/**
 * Light RTSP viewers in one process: they check everything about the packets and decode nothing.
 *   bun test/support/load/rtsp-load.ts --url rtsp://127.0.0.1:8554/stream1 --transport tcp --viewers 50 --seconds 10 [--user u --password p] [--fps 30]
 * Prints one JSON object; exits 1 when any viewer had a problem.
 */

/** Sessions that are opened at once; more would only wait for each other. */
const OPENING_AT_ONCE = 10;
const LOOP_PROBE_MS = 20;
/** Of the expected rate; the first and last frame of a short run weigh. */
const LEAST_RATE_SHARE = 0.97;

export interface LoadOptions {
  readonly url: string;
  readonly transport: Transport;
  readonly viewers: number;
  /** Counted from when the last viewer plays. */
  readonly seconds: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Frames per second that every viewer must get. */
  readonly fps?: number | undefined;
}

export interface LoadReport {
  readonly transport: Transport;
  readonly viewers: number;
  /** How many viewers had each problem. Empty: all is well. */
  readonly problems: Readonly<Record<string, number>>;
  readonly failedViewers: number;
  readonly packets: number;
  readonly bytes: number;
  readonly frames: number;
  readonly lost: number;
  readonly reordered: number;
  readonly duplicates: number;
  readonly senderReports: number;
  /** Of the viewer that had the least. */
  readonly leastFps: number;
  readonly medianFps: number;
  /** Longest time between two frames of any viewer, wall clock. */
  readonly worstGapMs: number;
  readonly worstJitterMs: number;
  /** Most that a frame was late against its timestamp, compared with the earliest of the same viewer. */
  readonly worstLatenessMs: number;
  /** From PLAY to the first whole frame. */
  readonly medianFirstFrameMs: number;
  readonly worstFirstFrameMs: number;
  /** Longest stall of this program's own event loop: gaps below it say nothing about the server. */
  readonly ownStallMs: number;
}

/** Opens the viewers, lets them play, takes them down and reports. Never throws for what the server does. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const viewers = Array.from({ length: options.viewers }, () => new Viewer(options));
  const stall = watchOwnLoop();
  const waiting = [...viewers];
  const openSome = async () => {
    for (let viewer = waiting.shift(); viewer !== undefined; viewer = waiting.shift()) {
      const opening = viewer;
      await opening.play().catch((error: Error) => opening.problems.add(error.message));
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openSome));
  await Bun.sleep(options.seconds * 1000);
  const ownStallMs = stall();
  await Promise.all(viewers.map((viewer) => viewer.leave()));
  return report(options, viewers, ownStallMs);
}

function report(options: LoadOptions, viewers: readonly Viewer[], ownStallMs: number): LoadReport {
  const { fps } = options;
  const problems: Record<string, number> = {};
  for (const viewer of viewers) {
    if (fps !== undefined && viewer.check.framesPerSecond < fps * LEAST_RATE_SHARE)
      viewer.problems.add(`less than ${fps} frames per second`);
    for (const problem of viewer.problems) problems[problem] = (problems[problem] ?? 0) + 1;
  }
  const checks = viewers.map(({ check }) => check);
  const sum = (name: keyof (typeof checks)[number]["counts"]) =>
    checks.reduce((total, { counts }) => total + counts[name], 0);
  const rates = sorted(checks.map((check) => check.framesPerSecond));
  const firstFrames = sorted(viewers.map(({ firstFrameMs }) => firstFrameMs).filter(Number.isFinite));
  return {
    transport: options.transport,
    viewers: viewers.length,
    problems,
    failedViewers: viewers.filter((viewer) => viewer.problems.size > 0).length,
    packets: sum("packets"),
    bytes: sum("bytes"),
    frames: sum("frames"),
    lost: sum("lost"),
    reordered: sum("reordered"),
    duplicates: sum("duplicates"),
    senderReports: sum("senderReports"),
    leastFps: tenths(rates[0] ?? 0),
    medianFps: tenths(rates[rates.length >> 1] ?? 0),
    worstGapMs: tenths(Math.max(0, ...checks.map(({ worstGapMs }) => worstGapMs))),
    worstJitterMs: tenths(Math.max(0, ...checks.map(({ jitterMs }) => jitterMs))),
    worstLatenessMs: tenths(Math.max(0, ...checks.map(({ latenessMs }) => latenessMs))),
    medianFirstFrameMs: tenths(firstFrames[firstFrames.length >> 1] ?? 0),
    worstFirstFrameMs: tenths(firstFrames.at(-1) ?? 0),
    ownStallMs: tenths(ownStallMs),
  };
}

/** Measures how late this loop's timers are; the returned function stops and tells the worst, milliseconds. */
function watchOwnLoop(): () => number {
  let last = performance.now();
  let worst = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - LOOP_PROBE_MS);
    last = now;
  }, LOOP_PROBE_MS);
  return () => {
    clearInterval(timer);
    return worst;
  };
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      transport: { type: "string", default: "tcp" },
      viewers: { type: "string", default: "1" },
      seconds: { type: "string", default: "10" },
      user: { type: "string" },
      password: { type: "string" },
      fps: { type: "string" },
    },
  });
  const { url, transport, user, password } = values;
  if (url === undefined || (transport !== "tcp" && transport !== "udp" && transport !== "http"))
    throw new Error("--url rtsp://… and --transport tcp|udp|http are needed");
  const fps = values.fps === undefined ? undefined : Number(values.fps);
  const load = await runLoad({
    url,
    transport,
    viewers: Number(values.viewers),
    seconds: Number(values.seconds),
    user,
    password,
    fps,
  });
  console.log(JSON.stringify(load, null, 2));
  process.exit(load.failedViewers > 0 ? 1 : 0);
}

if (import.meta.main) await main();
