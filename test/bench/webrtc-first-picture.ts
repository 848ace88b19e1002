import { startServer } from "../support/server.ts";
import { launchBrowser, leave, play, type TestBrowser } from "../support/webrtc-browser.ts";
import { median } from "./median.ts";
import { watchMachine } from "./process-reading.ts";

const RUNS = 15;
/** Longer than the server's pause between forced keyframes (500 ms): each viewer comes alone. The step meets the GOP at all its places. */
const PAUSE_MS = 700;
const PAUSE_STEP_MS = 70;

export const name = "webrtc-first-picture";

/** Time from a page's request for the offer to Chromium's first decoded picture, on a fresh page each time. Target: 300 ms. */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  await using browser = await launchBrowser();
  const result: Record<string, number> = {};
  const busy = watchMachine();
  for (const stream of ["stream1", "stream2"]) {
    const times: number[] = [];
    for (let index = 0; index < RUNS; index++) times.push(await firstPictureMs(browser, server.http, stream, index));
    result[`${stream}MedianMs`] = median(times);
    result[`${stream}WorstMs`] = Math.max(...times);
  }
  return { ...result, machineBusyPercent: busy() };
}

async function firstPictureMs(browser: TestBrowser, url: string, stream: string, index: number): Promise<number> {
  const page = await browser.open(url);
  await Bun.sleep(PAUSE_MS + index * PAUSE_STEP_MS);
  const time = await play(page, "offered", stream);
  await leave(page);
  await page.close();
  return time;
}

if (import.meta.main) console.table(await run());
