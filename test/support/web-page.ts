import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { until } from "./until.ts";

/** Screenshots of the page are kept here, for people to look at. */
const SCREENSHOTS = process.env.RD_SCREENSHOTS ?? join(import.meta.dirname, "../../dist/screenshots");
const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** What the page must be right on. */
export const SIZES = {
  phone: { width: 360, height: 740 },
  desk: { width: 1440, height: 900 },
  wall: { width: 3840, height: 2160 },
} as const;

/** How a page is opened; a desk, dark and in English unless said otherwise. */
export interface PageLook {
  readonly size?: keyof typeof SIZES;
  readonly colorScheme?: "dark" | "light";
  readonly locale?: string;
}

/** Opens a page of a server in a context of its own, as a first visit. */
export async function openPage(browser: Browser, url: string, look: PageLook = {}): Promise<Page> {
  const { size = "desk", colorScheme = "dark", locale = "en-US" } = look;
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, locale, hasTouch: size === "phone" });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Fills the login that the page shows, or, where anyone may look, asks for it first; returns when it is over or was refused. */
export async function logIn(page: Page, user = "admin", password = "password"): Promise<void> {
  await until(async () => (await page.locator("#login, #account").count()) > 0);
  if ((await page.locator("#login").count()) === 0) {
    await page.locator("#account").click();
    await page.locator("dialog .button-main").click();
  }
  await page.locator("#login input[name=username]").fill(user);
  await page.locator("#login input[name=password]").fill(password);
  await page.locator("#login button[type=submit]").click();
  // until then the view of whoever looked before stands below it
  await until(
    async () => (await page.locator("#login").count()) === 0 || (await page.locator("#login .error-note").count()) > 0,
  );
}

/** How many pictures the page's video has shown. */
export function picturesShown(page: Page): Promise<number> {
  return page.evaluate("document.querySelector('#video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0");
}

/** Where the first picture takes longer than 3 s the page shows others, and tries again after 15 s. */
const PLAYING_LIMIT_MS = 40_000;

/** Waits until live video plays. */
export async function playing(page: Page, limitMs = PLAYING_LIMIT_MS): Promise<void> {
  await until(async () => (await page.locator('.stage[data-state="playing"]').count()) === 1, limitMs);
}

/** Hides a page, or shows it again: headless Chromium hides none, whatever is in front of it. */
export async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event("visibilitychange"));
  `);
}

/** Keeps what a page looks like now; all of it, also what one would have to scroll to. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** What axe finds serious or worse, each with where. Evaluated, since the page's policy lets no script in. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** Whether the page is no wider than its window. */
export function fits(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth <= innerWidth");
}
