import { parseArgs } from "node:util";
import { type Transport, Viewer } from "./viewer.ts";

/**
 * Viewers that come and go: TCP and UDP in turn, every other one leaving without a word.
 *   bun test/support/load/churn.ts --url rtsp://127.0.0.1:8554/stream1 --churns 200 [--user u --password p]
 */

const FIRST_FRAME_LIMIT_MS = 5000;
/** One of each kind: a transport and a way to leave. */
const AT_ONCE = 4;

export interface ChurnOptions {
  readonly url: string;
  readonly churns: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

export interface ChurnReport {
  readonly churns: number;
  /** How many joins met each problem. Empty: every one saw its first frame. */
  readonly problems: Readonly<Record<string, number>>;
  readonly medianFirstFrameMs: number;
  readonly worstFirstFrameMs: number;
}

/** Joins `churns` times, waits for the first whole frame each time, leaves. Never throws for what the server does. */
export async function runChurn(options: ChurnOptions): Promise<ChurnReport> {
  const problems: Record<string, number> = {};
  const firstFrames: number[] = [];
  let next = 0;
  const comeAndGo = async () => {
    for (let index = next++; index < options.churns; index = next++) {
      const transport: Transport = index % 2 === 0 ? "tcp" : "udp";
      const viewer = new Viewer({ ...options, transport });
      try {
        await viewer.play();
        await within(viewer.started, FIRST_FRAME_LIMIT_MS);
        firstFrames.push(viewer.firstFrameMs);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        problems[message] = (problems[message] ?? 0) + 1;
      }
      if (index % 4 < 2) await viewer.leave();
      else viewer.vanish();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, comeAndGo));
  const sorted = firstFrames.toSorted((a, b) => a - b);
  return {
    churns: options.churns,
    problems,
    medianFirstFrameMs: Math.round(sorted[sorted.length >> 1] ?? 0),
    worstFirstFrameMs: Math.round(sorted.at(-1) ?? 0),
  };
}

async function within<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error("no first frame came")), limitMs);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      churns: { type: "string", default: "20" },
      user: { type: "string" },
      password: { type: "string" },
    },
  });
  const { url, user, password } = values;
  if (url === undefined) throw new Error("--url rtsp://… is needed");
  const report = await runChurn({ url, churns: Number(values.churns), user, password });
  console.log(JSON.stringify(report, null, 2));
  process.exit(Object.keys(report.problems).length > 0 ? 1 : 0);
}

if (import.meta.main) await main();
