import { startServer } from "../support/server.ts";
import { runLoadProcess } from "./load-process.ts";

const VIEWERS = [1, 10, 100] as const;
/** The server tells of its newest 300 pictures, 10 s: asked then, of those since the viewers joined; asked again, of those after. */
const WINDOW_MS = 10_500;
const LOAD_SECONDS = (2 * WINDOW_MS) / 1000;

export const name = "rtsp-latency";

/**
 * From the driver's "done" to the last packet handed to the kernel, the encoder's own time taken off, of stream1 (1080p30) in the
 * executable: while viewers join, and 10 s after.
 */
export async function run(): Promise<Record<string, number>> {
  const unlimited = { ROTORDREAM_LIMITS_RTSP_SESSIONS: "0", ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };
  await using server = await startServer([], unlimited);
  const result: Record<string, number> = {};
  for (const transport of ["tcp", "udp"] as const) {
    for (const viewers of VIEWERS) {
      const url = `${server.rtsp}/stream1`;
      const load = runLoadProcess({ url, transport, viewers, seconds: LOAD_SECONDS });
      for (const window of ["Joining", "Later"]) {
        await Bun.sleep(WINDOW_MS);
        const { median, p99 } = await readLatency(server.http);
        result[`${transport}${viewers}${window}MedianMs`] = median / 1000;
        result[`${transport}${viewers}${window}P99Ms`] = p99 / 1000;
      }
      await load;
    }
  }
  return result;
}

interface StreamsAnswer {
  readonly data: readonly {
    readonly name: string;
    readonly latency_us?: { readonly median: number; readonly p99: number };
  }[];
}

async function readLatency(http: string): Promise<{ readonly median: number; readonly p99: number }> {
  const answer = (await (await fetch(`${http}/api/streams`)).json()) as StreamsAnswer;
  const latency = answer.data.find((stream) => stream.name === "stream1")?.latency_us;
  if (latency === undefined) throw new Error("the server measured no latency");
  return latency;
}

if (import.meta.main) console.table(await run());
