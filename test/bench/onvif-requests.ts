import { join } from "node:path";
import type { OnvifLoadReport } from "../support/load/onvif-load.ts";
import { startServer } from "../support/server.ts";
import { runLoadProcess } from "./load-process.ts";

const PROGRAM = join(import.meta.dir, "../support/load/onvif-load.ts");
/** The requests' bar beside live video. */
const PER_SECOND = 200;
const SECONDS = 10;
const VIEWERS = 4;

export const name = "onvif-requests";

/** GetProfiles with a UsernameToken: how long one takes, one at a time and at 200 a second beside live video, and the pacing of that video with and without them. */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer([], { ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0" });
  const url = `${server.rtsp}/stream1`;
  const view = () => runLoadProcess({ url, transport: "tcp", viewers: VIEWERS, seconds: SECONDS + 2 });
  const alone = await load(server.http, 20, SECONDS);
  const quiet = await view();
  const viewing = view();
  const busy = await load(server.http, PER_SECOND, SECONDS);
  const beside = await viewing;
  return {
    getProfilesMedianMs: alone.medianMs,
    getProfilesP99Ms: alone.p99Ms,
    busyPerSecond: busy.perSecond,
    busyMedianMs: busy.medianMs,
    busyP99Ms: busy.p99Ms,
    failed: alone.failed + busy.failed,
    quietFps: quiet.leastFps,
    quietWorstGapMs: quiet.worstGapMs,
    busyFps: beside.leastFps,
    busyWorstGapMs: beside.worstGapMs,
  };
}

async function load(http: string, perSecond: number, seconds: number): Promise<OnvifLoadReport> {
  const args = [`${http}/onvif/media_service`, String(perSecond), String(seconds)];
  const child = Bun.spawn([process.execPath, PROGRAM, ...args], { stdout: "pipe" });
  return JSON.parse(await new Response(child.stdout).text());
}

if (import.meta.main) console.table(await run());
