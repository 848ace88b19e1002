import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { fits, keepScreenshot, logIn, openPage, playing } from "../support/web-page.ts";

/** Text of twice the usual size, as the user of a browser sets it. */
const LARGE_TEXT = ["--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"];
const SYSTEM_PAGES =
  "overview streams schedule storage motion events users tokens account audit certificate network maintenance";
const PLACES = [
  "",
  "control",
  "control/overlay",
  "control/presets",
  "control/streams",
  "recordings",
  ...SYSTEM_PAGES.split(" ").map((page) => `system/${page}`),
];
/** On both sides of each width at which something is laid out anew. */
const WIDTHS = [320, 420, 500, 600, 615, 640, 641, 760, 895, 897, 960, 1000, 1024, 1025, 1099, 1100, 1200, 1440];

let server: TestServer;
let browser: Browser;
let watching: Page;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  browser = await startBrowser();
  watching = await openPage(browser, server.http);
  await playing(watching);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

/** Goes to a place of the page and waits until it stands there. */
async function goTo(page: Page, place: string): Promise<void> {
  const [view = "", part] = place.split("/");
  await page.evaluate(`location.hash = "#/${place}"`);
  await page.locator(`.rail [href="#/${view}"][aria-current]`).waitFor();
  if (view === "system") await page.locator(`.system-list [href="#/${place}"][aria-current]`).waitFor();
  if (view === "control" && part !== undefined)
    await page.locator(".tab:not(:first-child)[aria-selected=true]").waitFor();
  await page.locator("main :is(h1, .stage)").first().waitFor();
  await until(() => page.evaluate<boolean>(`document.querySelector("main .spinner") === null`));
  if (place === "system/streams") await page.locator(".table .button-danger").first().waitFor();
}

/** Which controls and words stick out of the window or out of what cuts them off. */
function sticksOut(page: Page): Promise<readonly string[]> {
  return page.evaluate(`{
    const scrolls = (one) => one.closest(".rail, .tabs, .system-list, .unseen, .skip, [hidden]") !== null;
    [...document.querySelectorAll("main :is(button, a, select, input, h1, h2, p, dt, dd, td)")]
      .filter((one) => one.checkVisibility() && !scrolls(one))
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
      .map((one) => one.outerHTML.slice(0, 100));
  }`);
}

describe("the layout of the page", () => {
  testWith("chromium")("is no wider than the window at any width, with a viewer watching, in German", async () => {
    const page = await openPage(browser, server.http, { locale: "de-DE" });
    await logIn(page);
    const tooWide: string[] = [];
    for (const place of PLACES) {
      await goTo(page, place);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 700 });
        if (!(await fits(page))) tooWide.push(`${place} at ${width}`);
      }
    }
    expect(tooWide).toEqual([]);
    await goTo(page, "system/streams");
    await page.setViewportSize({ width: 960, height: 800 });
    await keepScreenshot(page, "system-streams-tablet-german");
    await page.context().close();
  });

  testWith("chromium")("loses nothing with text of twice the size on a phone, in German", async () => {
    const large = await startBrowser([], LARGE_TEXT);
    const page = await openPage(large, server.http, { size: "phone", locale: "de-DE" });
    await logIn(page);
    const lost: string[] = [];
    for (const place of PLACES) {
      await goTo(page, place);
      if (!(await fits(page))) lost.push(`${place} is too wide`);
      lost.push(...(await sticksOut(page)).map((what) => `${place}: ${what}`));
      if (["", "control", "recordings", "system/streams"].includes(place)) {
        await keepScreenshot(page, `large-text-${place.replace("/", "-") || "live"}-phone-german`);
      }
    }
    expect(lost).toEqual([]);
    await large.close();
  });

  testWith("chromium")(
    "lets every view be reached, and a day without recordings be read, in a low window",
    async () => {
      const page = await openPage(browser, server.http, { locale: "de-DE" });
      await logIn(page);
      await page.setViewportSize({ width: 740, height: 280 });
      await page.locator("#account").scrollIntoViewIfNeeded();
      const { y = 0, height = 0 } = (await page.locator("#account").boundingBox()) ?? {};
      expect(y + height).toBeLessThanOrEqual(280);
      await page.setViewportSize({ width: 740, height: 360 });
      await goTo(page, "recordings");
      await page.locator(".screen > .empty").waitFor();
      const cutOff = await page.evaluate<number>(`{
      const screen = document.querySelector(".screen").getBoundingClientRect();
      const empty = document.querySelector(".screen > .empty").getBoundingClientRect();
      Math.max(screen.top - empty.top, empty.bottom - screen.bottom);
    }`);
      expect(cutOff).toBeLessThanOrEqual(0);
      await page.context().close();
    },
  );
});
