import { statSync } from "node:fs";
import { freePort } from "../support/free-port.ts";
import { EXECUTABLE } from "../support/server.ts";
import { median } from "./median.ts";

const RUNS = 10;
const ANSWER_LIMIT_MS = 10_000;

export const name = "start-up";

/** Time from exec to the first HTTP answer, and the size of the executable. */
export async function run(): Promise<Record<string, number>> {
  const times: number[] = [];
  for (let index = 0; index < RUNS; index++) times.push(await firstAnswerMs());
  return {
    firstAnswerMedianMs: median(times),
    firstAnswerWorstMs: Math.max(...times),
    executableMb: statSync(EXECUTABLE).size / 1e6,
  };
}

async function firstAnswerMs(): Promise<number> {
  const port = freePort();
  const others = ["--https-port", "0", "--rtsp-port", "0", "--rtsps-port", "0", "--webrtc-port", "0"];
  const start = performance.now();
  const child = Bun.spawn([EXECUTABLE, "--demo", "--http-port", String(port), ...others], {
    stdout: "ignore",
    stderr: "inherit",
  });
  try {
    while (performance.now() - start < ANSWER_LIMIT_MS) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/info`).catch(() => undefined);
      if (answer?.ok) return performance.now() - start;
      await Bun.sleep(1); // refused: nobody listens yet
    }
    throw new Error(`no answer within ${ANSWER_LIMIT_MS} ms`);
  } finally {
    child.kill();
    await child.exited;
  }
}

if (import.meta.main) console.table(await run());
