import { join } from "node:path";
import type { LoadReport } from "../support/load/rtsp-load.ts";
import type { Transport } from "../support/load/viewer.ts";

const PROGRAM = join(import.meta.dir, "../support/load/rtsp-load.ts");

/** What a load consists of. */
export interface Load {
  readonly url: string;
  readonly transport: Transport;
  readonly viewers: number;
  readonly seconds: number;
}

/** Runs viewers in a process of its own, so that their work is not measured as ours; says what problems they had. */
export async function runLoadProcess({ url, transport, viewers, seconds }: Load): Promise<LoadReport> {
  const args = ["--url", url, "--transport", transport, "--viewers", String(viewers), "--seconds", String(seconds)];
  const child = Bun.spawn([process.execPath, PROGRAM, ...args], { stdout: "pipe" });
  const report: LoadReport = JSON.parse(await new Response(child.stdout).text());
  if (report.failedViewers > 0) console.log(`${viewers} viewers over ${transport}: ${JSON.stringify(report.problems)}`);
  return report;
}
