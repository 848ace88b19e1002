import { startServer } from "../support/server.ts";
import { runLoadProcess } from "./load-process.ts";
import { cpuMs, rssMb } from "./process-reading.ts";

const VIEWERS = 50;
const WARM_UP_MS = 5000;
const MEASURED_MS = 8000;
/** The viewers play before and after the measurement. */
const LOAD_SECONDS = (WARM_UP_MS + MEASURED_MS) / 1000 + 1;

export const name = "rtsp-cost";

/** CPU and memory of the executable with the test source: without viewers, and with 50 over TCP and over UDP. The load runs in a process of its own. */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer([], { ROTORDREAM_LIMITS_RTSP_SESSIONS: "0" });
  await Bun.sleep(WARM_UP_MS);
  const idle = await measure(server.pid);
  const result: Record<string, number> = { idleCpuPercent: idle.cpuPercent, idleRssMb: idle.rssMb };
  for (const transport of ["tcp", "udp"] as const) {
    const url = `${server.rtsp}/stream1`;
    const load = runLoadProcess({ url, transport, viewers: VIEWERS, seconds: LOAD_SECONDS });
    await Bun.sleep(WARM_UP_MS);
    const busy = await measure(server.pid);
    const report = await load;
    result[`${transport}CpuPercentPerViewer`] = (busy.cpuPercent - idle.cpuPercent) / VIEWERS;
    result[`${transport}RssMb`] = busy.rssMb;
    result[`${transport}RssKbPerViewer`] = ((busy.rssMb - idle.rssMb) * 1024) / VIEWERS;
    result[`${transport}LeastFps`] = report.leastFps;
    result[`${transport}WorstGapMs`] = report.worstGapMs;
    result[`${transport}FailedViewers`] = report.failedViewers;
  }
  return result;
}

async function measure(pid: number): Promise<{ cpuPercent: number; rssMb: number }> {
  const before = cpuMs(pid);
  const start = performance.now();
  await Bun.sleep(MEASURED_MS);
  return { cpuPercent: ((cpuMs(pid) - before) * 100) / (performance.now() - start), rssMb: rssMb(pid) };
}

if (import.meta.main) console.table(await run());
