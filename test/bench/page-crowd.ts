import type { Browser } from "playwright-core";
import { startWebRtcLoad } from "../support/load/webrtc-load.ts";
import { playWithFfmpeg } from "../support/players.ts";
import type { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { watchMachine } from "./process-reading.ts";

const PAGES = 20;
/** 20 s of pictures. */
const FRAMES = 600;
const SIZE = { width: 640, height: 360 };
const LIMIT_MS = 120_000;
/** Where most is asked for: figures every few seconds, viewers, events. */
const PLACES = ["", "system/overview", "system/streams", "recordings"];
/** One browser cannot decode 20 videos beside everything else: its pages take part without looking, and light viewers look in their place. */
const UNSEEN = `Object.defineProperty(document, "hidden", { get: () => location.hash === "#/" })`;

/**
 * Pictures of stream2 that another viewer gets by RTSP, told by the counter in them, and how long the server takes to send one of stream1,
 * alone and beside 20 pages with as many WebRTC viewers.
 */
export async function measureCrowd(
  browser: Browser,
  server: Pick<TestServer, "http" | "rtsp">,
): Promise<Record<string, number>> {
  const alone = await watch(server, "alone");
  const contexts = await Promise.all(Array.from({ length: PAGES }, () => browser.newContext()));
  const data = { username: "admin", password: "password" };
  for (const [index, context] of contexts.entries()) {
    await context.request.post(`${server.http}/api/login`, { data });
    const page = await context.newPage();
    await page.addInitScript(UNSEEN);
    await page.goto(`${server.http}/#/${PLACES[index % PLACES.length]}`);
    await until(async () => (await page.locator(".stage, h1, h2").count()) > 0, LIMIT_MS);
  }
  await using _viewers = await startWebRtcLoad(server.http, PAGES);
  const crowded = await watch(server, "crowded");
  for (const context of contexts) await context.close();
  return { ...alone, ...crowded };
}

async function watch(server: Pick<TestServer, "http" | "rtsp">, prefix: string): Promise<Record<string, number>> {
  const busy = watchMachine();
  const { counters } = await playWithFfmpeg({
    url: `${server.rtsp}/stream2`,
    transport: "tcp",
    ...SIZE,
    frames: FRAMES,
  });
  const read = counters.flatMap((counter) => counter ?? []);
  const missing = read.map((counter, index) => (index === 0 ? 0 : counter - (read[index - 1] ?? 0) - 1));
  const { median, p99 } = await latencyOf(server.http);
  return {
    [`${prefix}MissingPictures`]: missing.reduce((sum, each) => sum + each, 0),
    [`${prefix}LongestGapPictures`]: Math.max(...missing),
    [`${prefix}SentMedianMs`]: median / 1000,
    [`${prefix}SentP99Ms`]: p99 / 1000,
    [`${prefix}MachineBusyPercent`]: busy(),
  };
}

interface StreamsAnswer {
  readonly data: readonly { readonly latency_us?: { readonly median: number; readonly p99: number } }[];
}

/** From the driver's "done" to the last packet handed to the kernel, the encoder's own time taken off, of the last 10 s. */
async function latencyOf(http: string): Promise<{ readonly median: number; readonly p99: number }> {
  const answer = await fetch(`${http}/api/streams`, { headers: { Authorization: `Basic ${btoa("admin:password")}` } });
  const { data } = (await answer.json()) as StreamsAnswer;
  return data[1]?.latency_us ?? { median: Number.NaN, p99: Number.NaN };
}
