import type { Page } from "playwright-core";
import { startWebRtcLoad } from "../support/load/webrtc-load.ts";
import { startServer } from "../support/server.ts";
import { launchBrowser, leave, play, report } from "../support/webrtc-browser.ts";
import { watchMachine } from "./process-reading.ts";

const WARM_UP_MS = 5000;
const WATCHED_MS = 15_000;
const LIGHT_VIEWERS = 40;

export const name = "webrtc-latency";

/**
 * From a picture's capture, whose time is burnt into it, to when Chromium expects to show it: of stream1 (1080p30) and stream2, and of
 * stream1 beside 40 light viewers. Target: 100 ms.
 */
export async function run(): Promise<Record<string, number>> {
  const unlimited = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "0" };
  await using server = await startServer([], unlimited);
  await using browser = await launchBrowser();
  const page = await browser.open(server.http);
  const result: Record<string, number> = {};
  for (const [index, stream] of ["stream1", "stream2"].entries()) {
    await play(page, "offered", stream);
    Object.assign(result, await watch(page, index, stream));
    await leave(page, index);
  }
  await play(page, "offered", "stream1");
  await using _load = await startWebRtcLoad(server.http, LIGHT_VIEWERS);
  return { ...result, ...(await watch(page, 2, "crowded")) };
}

async function watch(page: Page, index: number, prefix: string): Promise<Record<string, number>> {
  await Bun.sleep(WARM_UP_MS);
  await report(page, index);
  const busy = watchMachine();
  await Bun.sleep(WATCHED_MS);
  const machineBusyPercent = busy();
  const { pictures, longestGapMs } = await report(page, index);
  const latencies = pictures.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b);
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return {
    [`${prefix}MedianMs`]: quantile(0.5),
    [`${prefix}P99Ms`]: quantile(0.99),
    [`${prefix}Fps`]: (pictures.length * 1000) / WATCHED_MS,
    [`${prefix}LongestGapMs`]: longestGapMs,
    [`${prefix}MachineBusyPercent`]: machineBusyPercent,
  };
}

if (import.meta.main) console.table(await run());
