import { afterAll, beforeAll, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { testLong, testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { enterStrangeTexts, FAR_TOO_LONG, STRANGE_TEXTS } from "../support/web-entries.ts";
import { fits, keepScreenshot, logIn, openPage, type PageLook, seriousFindings } from "../support/web-page.ts";
import { goTo, WEB_DIALOGS, WEB_PLACES, type WebPlace } from "../support/web-places.ts";

const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_MEDIA_PER_SECOND: "0" };
const LIMIT_MS = 120_000;
const LONG_LIMIT_MS = 900_000;
/** As large as fingers need it; what lies in a line of text, or is named by a label as large, is not asked. */
const SMALL_TARGETS = `[...document.querySelectorAll("button, a.button, a[aria-label], nav a, select, summary, .input")]
  .filter((each) => !each.closest(".control, video") && each.checkVisibility() && !each.matches(".skip"))
  .filter((each) => each.getBoundingClientRect().height < 43.5 || each.getBoundingClientRect().width < 24)
  .map((each) => each.outerHTML.slice(0, 80))`;

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await startServer(["--anonymous", "guest"], UNLIMITED);
  browser = await startBrowser();
  await enterStrangeTexts(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page of the administrator. What strange texts run, and what the page asks of others than the camera, is added to `found`. */
async function openAs(look: PageLook, found: string[]): Promise<Page> {
  const page = await openPage(browser, server.http, look);
  page.on("dialog", (dialog) => {
    found.push(`ran: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().replace("blob:", "").startsWith(server.http)) found.push(`asked for ${request.url()}`);
  });
  await page.locator("#login").waitFor();
  found.push(...(await seriousFindings(page)));
  await logIn(page);
  await page.locator("nav").waitFor();
  return page;
}

/** Goes to places and looks at each; questions are closed by Escape, after which the keys are where they were. */
async function look(page: Page, places: readonly WebPlace[], look: Required<PageLook>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const place of places) {
    await goTo(page, server.http, place);
    const wrong = [...(await seriousFindings(page))];
    if (!(await fits(page))) wrong.push("is wider than the window");
    if (look.size === "phone") wrong.push(...(await page.evaluate<string[]>(SMALL_TARGETS)));
    await keepScreenshot(page, `${place.name}-${look.size}-${look.colorScheme}-${look.locale}`);
    if (place.shows.startsWith("dialog")) {
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
      if (await page.evaluate("document.activeElement === document.body")) wrong.push("keeps the keys");
    }
    found.push(...wrong.map((each) => `${place.name}: ${each}`));
  }
  return found;
}

const PHONE = { size: "phone", colorScheme: "light", locale: "de" } as const;
const DESK = { size: "desk", colorScheme: "dark", locale: "en-US" } as const;

/** In the short run every place is looked at once: here or there. */
const SHARES = [
  [PHONE, [...WEB_PLACES.filter((_, index) => index % 2 === 0), ...WEB_DIALOGS.slice(4, 5)]],
  [DESK, [...WEB_PLACES.filter((_, index) => index % 2 === 1), ...WEB_DIALOGS.slice(5, 6)]],
] as const;

for (const [chosen, places] of SHARES) {
  testWith("chromium")(
    `${chosen.size}: every second place is right by axe, fits with strange texts, and is reached by keys`,
    async () => {
      const found: string[] = [];
      const page = await openAs(chosen, found);
      found.push(...(await look(page, places, chosen)));
      expect(found).toEqual([]);
      await page.context().close();
    },
    LIMIT_MS,
  );
}

testLong(
  "every place and every question, on a phone, a desk and a wall, light and dark, in both languages",
  async () => {
    const found: string[] = [];
    for (const size of ["phone", "desk", "wall"] as const) {
      for (const [colorScheme, locale] of [
        ["light", "en-US"],
        ["dark", "de"],
      ] as const) {
        const page = await openAs({ size, colorScheme, locale }, found);
        found.push(...(await look(page, [...WEB_PLACES, ...WEB_DIALOGS], { size, colorScheme, locale })));
        await page.context().close();
      }
    }
    expect(found).toEqual([]);
  },
  LONG_LIMIT_MS,
);

testWith("chromium")(
  "what is too long is refused with why, stays to be corrected, and breaks nothing",
  async () => {
    const found: string[] = [];
    const page = await openAs(PHONE, found);
    const enter = async (place: string, press: readonly string[], form: string, field: string) => {
      await goTo(page, server.http, { name: "", path: place, press, shows: form });
      const entry = page.locator(`${form} ${field}`);
      await entry.fill(FAR_TOO_LONG);
      for (const other of await page.locator(`${form} [type=password]`).all()) await other.fill("geheim geheim");
      await entry.press("Enter");
      await page.locator(`${form} [role=alert], ${form} + [role=alert], .list [role=alert]`).first().waitFor();
      if ((await entry.inputValue()) !== FAR_TOO_LONG) found.push(`${place} loses what was entered`);
      if (!(await fits(page))) found.push(`${place} is wider than the window`);
    };
    await enter("system/users", ["#add-user"], "#user-form", "[name=name]");
    await enter("system/tokens", ["#add-token"], "#token-form", "[name=name]");
    await enter("recordings", [], ".choices", ".input:not(select)");
    await enter("recordings", [".list-open >> nth=0"], "#add-tag", "input");
    await enter("control", ["[role=tab] >> nth=2"], ".overlay-form", "[name=overlay-text]");
    await keepScreenshot(page, "too-long-phone-light-de");
    // what fits is shown as it was entered
    await goTo(page, server.http, { name: "", path: "recordings", press: [".list-open >> nth=0"], shows: "#download" });
    for (const text of STRANGE_TEXTS)
      await until(async () => (await page.locator(".chip-name").allTextContents()).includes(text.normalize("NFC")));
    expect(found).toEqual([]);
    await page.context().close();
  },
  LIMIT_MS,
);
