import { join } from "node:path";
import type { Page } from "playwright-core";
import { startBrowser } from "./browser.ts";

const VIEWER = join(import.meta.dirname, "browser-viewer.js");

/** A picture of the test pattern as the browser showed it; without members where the strip could not be read. */
export interface SeenPicture {
  readonly counter?: number;
  /** From capture to when the browser expects it on the screen. */
  readonly latencyMs?: number;
}

/** What `report` of browser-viewer.js tells. */
export interface BrowserReport {
  readonly pictures: readonly SeenPicture[];
  /** Longest time between two pictures. */
  readonly longestGapMs: number;
  /** Widths in the order they came. */
  readonly sizes: readonly number[];
  readonly states: readonly string[];
  readonly framesDecoded: number;
  readonly freezeCount: number;
  readonly nackCount: number;
  readonly pliCount: number;
  readonly packetsLost: number;
  readonly frameWidth: number;
}

/** Chromium with fresh pages of one server. Disposing it closes it. */
export interface TestBrowser extends AsyncDisposable {
  /** A page of the server's own origin in which `play` and `report` are defined. */
  open(url: string): Promise<Page>;
}

/** Starts Debian's Chromium; `prefix`: a command to run it under. */
export async function launchBrowser(prefix: readonly string[] = []): Promise<TestBrowser> {
  const browser = await startBrowser(prefix);
  return {
    open: async (url) => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      await page.addInitScript({ path: VIEWER });
      // small, quick and of the server's origin; its policy lets scripts fetch from there
      await page.goto(`${url}/swagger`);
      return page;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** Plays in a page; resolves with the milliseconds until the first picture. */
export function play(page: Page, way: "offered" | "json" | "whep", stream = "stream1"): Promise<number> {
  return page.evaluate(`play(${JSON.stringify(way)}, ${JSON.stringify(stream)})`);
}

/** What the viewer of a page saw since the last report. */
export function report(page: Page, index = 0): Promise<BrowserReport> {
  return page.evaluate(`report(${index})`);
}

/** The session of a page's viewer, as the server explains it. */
export async function explained(page: Page, index = 0): Promise<{ readonly [member: string]: unknown }> {
  return await page.evaluate(`fetch(viewers[${index}].session).then((answer) => answer.json())`);
}

/** Ends a page's viewer, here and on the server. */
export async function leave(page: Page, index = 0): Promise<void> {
  await page.evaluate(`fetch(viewers[${index}].session, { method: "DELETE" }).then(() => stopViewer(${index}))`);
}
