import { describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { testWithNetwork } from "../support/conditional-tests.ts";
import { createNetwork, type TestNetwork } from "../support/network.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { type BrowserReport, explained, launchBrowser, play, report } from "../support/webrtc-browser.ts";

const PASSWORD = "network test 7";
const MAIN_WIDTH = 1920;
const SUB_WIDTH = 640;
/** The contract's bound on a picture that stands still. */
const MAX_GAP_MS = 1000;
/** What TCP has taken has to arrive first, repeated where the full queue dropped it. */
const MAX_TCP_GAP_MS = 3000;
const WATCH_MS = 8000;

/** A browser that plays stream1 over a cable of its own. */
async function watchAcross(body: (parts: { network: TestNetwork; server: TestServer; page: Page }) => Promise<void>) {
  using network = createNetwork();
  const args = ["--listen", network.camera.address, "--admin-password", PASSWORD];
  await using server = await startServer(args, { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" }, network.camera.prefix);
  await using browser = await launchBrowser(network.viewer.prefix);
  const page = await browser.open(server.http);
  const login = JSON.stringify(JSON.stringify({ username: "admin", password: PASSWORD }));
  await page.evaluate(
    `fetch("/api/login", { method: "POST", headers: { "X-Requested-With": "rotordream" }, body: ${login} })`,
  );
  await body({ network, server, page });
}

/** What a page saw within some time. */
async function watch(page: Page, forMs: number): Promise<BrowserReport> {
  await report(page);
  const end = performance.now() + forMs;
  await until(() => performance.now() > end, forMs + 1000);
  return await report(page);
}

async function waitForWidth(page: Page, width: number, limitMs = 30_000): Promise<void> {
  await until(async () => (await page.evaluate("viewers[0].video.videoWidth")) === width, limitMs);
}

async function call(page: Page, path: string, content: Readonly<Record<string, unknown>>): Promise<void> {
  const body = JSON.stringify(JSON.stringify(content));
  expect(await page.evaluate(`fetch("${path}", { method: "POST", body: ${body} }).then((a) => a.status)`)).toBe(200);
}

const change = (page: Page, settings: Readonly<Record<string, unknown>>) => call(page, "/api/settings", settings);

/** What the main stream's encoder aims at. */
async function bitrateOf(page: Page): Promise<number> {
  return await page.evaluate("fetch('/api/streams').then((a) => a.json()).then(({ data }) => data[0].bitrate_kbps)");
}

describe("over a bad network, Chromium", () => {
  for (const loss of [3, 10]) {
    testWithNetwork("nft", "chromium")(
      `goes on at ${loss} % loss without standing still`,
      () =>
        watchAcross(async ({ network, page }) => {
          await play(page, "whep");
          await until(async () => (await report(page)).framesDecoded > 30);
          network.trouble({ loss });
          const seen = await watch(page, WATCH_MS);
          expect(seen.longestGapMs).toBeLessThan(MAX_GAP_MS);
          expect(seen.pictures.length).toBeGreaterThan(WATCH_MS / 100);
          expect(seen.nackCount).toBeGreaterThan(0);
        }),
      60_000,
    );
  }

  testWithNetwork("nft", "chromium")(
    "moves to stream2 where only 1 Mbit/s gets through, and back when it is gone, in one session",
    () =>
      watchAcross(async ({ network, page }) => {
        await play(page, "whep");
        await waitForWidth(page, MAIN_WIDTH);
        const { id } = await explained(page);
        await report(page);
        network.trouble({ kbps: 1000 });
        await waitForWidth(page, SUB_WIDTH);
        const moving = await report(page);
        const down = await watch(page, WATCH_MS);
        network.trouble({});
        await waitForWidth(page, MAIN_WIDTH, 60_000);
        const up = await watch(page, 3000);
        for (const seen of [moving, down, up]) expect(seen.longestGapMs).toBeLessThan(MAX_GAP_MS);
        expect(down.sizes).toEqual([SUB_WIDTH]);
        expect(await explained(page)).toMatchObject({ id, state: "playing", stream: "stream1" });
      }),
    120_000,
  );

  testWithNetwork("nft", "chromium")(
    "with adaptive-bitrate keeps the main stream on half the path: the encoder follows down, and back up when it is free",
    () =>
      watchAcross(async ({ network, page }) => {
        await change(page, { "adaptive-bitrate": true, "bitrate-min": 500 });
        await play(page, "whep");
        await until(async () => (await report(page)).framesDecoded > 60);
        expect(await bitrateOf(page)).toBe(4000);
        await report(page);
        network.trouble({ kbps: 2000 });
        await until(async () => (await bitrateOf(page)) < 2000);
        await waitForWidth(page, MAIN_WIDTH);
        const down = await watch(page, WATCH_MS);
        expect(await bitrateOf(page)).toBeLessThan(2500);
        // a recording is not to suffer from a viewer's path: it is stream2 then that this viewer gets
        await call(page, "/api/recording/start", {});
        await until(async () => (await bitrateOf(page)) === 4000);
        await waitForWidth(page, SUB_WIDTH);
        await call(page, "/api/recording/stop", {});
        network.trouble({});
        await until(async () => (await bitrateOf(page)) === 4000, 60_000);
        await waitForWidth(page, MAIN_WIDTH);
        const up = await watch(page, 2000);
        for (const seen of [down, up]) expect(seen.longestGapMs).toBeLessThan(MAX_GAP_MS);
        expect(up.sizes).toEqual([MAIN_WIDTH]);
      }),
    120_000,
  );

  testWithNetwork("nft", "chromium")(
    "over TCP moves to stream2 where the connection cannot carry more, and back",
    () =>
      watchAcross(async ({ network, page }) => {
        network.trouble({ loss: 100 });
        await play(page, "whep");
        await waitForWidth(page, MAIN_WIDTH);
        await report(page);
        network.trouble({ loss: 100, kbps: 1000 });
        await waitForWidth(page, SUB_WIDTH);
        const moving = await report(page);
        const down = await watch(page, WATCH_MS);
        network.trouble({ loss: 100 });
        await waitForWidth(page, MAIN_WIDTH, 60_000);
        expect(moving.longestGapMs).toBeLessThan(MAX_TCP_GAP_MS);
        expect(down.longestGapMs).toBeLessThan(MAX_TCP_GAP_MS);
        expect(down.sizes).toEqual([SUB_WIDTH]);
      }),
    120_000,
  );

  testWithNetwork("nft", "chromium")(
    "takes TCP where UDP is blocked",
    () =>
      watchAcross(async ({ network, page }) => {
        network.trouble({ loss: 100 });
        await play(page, "whep");
        await until(async () => (await report(page)).framesDecoded > 60);
        const told = (await explained(page)) as {
          ice: { pairs: { selected: boolean; local: { transport: string } }[] };
        };
        expect(told.ice.pairs.find(({ selected }) => selected)?.local.transport).toBe("tcp");
      }),
    60_000,
  );
});
