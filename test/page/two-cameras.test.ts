import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { hasInset, LOOK_AT_HEIGHT, showsCamera } from "../support/two-cameras.ts";
import { until } from "../support/until.ts";
import { keepScreenshot, logIn, openPage, picturesShown, playing, seriousFindings } from "../support/web-page.ts";

const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "0" };

let browser: Browser;
let server: TestServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer(["--source", "test,test"], UNLIMITED)]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Y, Cb, Cr of eight places of the page's video, from left to right. */
function samplesOf(page: Page): Promise<number[][]> {
  return page.evaluate(`(() => {
    const video = document.querySelector("#video");
    const context = new OffscreenCanvas(640, 360).getContext("2d");
    context.drawImage(video, 0, 0, 640, 360);
    return Array.from({ length: 8 }, (_, place) => {
      const [r, g, b] = context.getImageData(40 + place * 80, Math.floor(360 * ${LOOK_AT_HEIGHT}), 1, 1).data;
      const [y, u, v] = [0.2126 * r + 0.7152 * g + 0.0722 * b, b, r];
      return [16 + (y * 219) / 255, 128 + ((u - y) / 1.8556) * (224 / 255), 128 + ((v - y) / 1.5748) * (224 / 255)];
    });
  })()`);
}

const main = (page: Page) => page.getByLabel("Main picture", { exact: true });
const inset = (page: Page) => page.getByLabel("Other camera as inset", { exact: true });
const shows = (page: Page, ...wanted: readonly ((samples: number[][]) => boolean)[]) =>
  until(async () => {
    const samples = await samplesOf(page);
    return wanted.every((each) => each(samples));
  });
const isPlain = (samples: number[][]) => !hasInset(samples);

async function loggedIn(of: TestServer, look: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  const page = await openPage(browser, of.http, look);
  await logIn(page);
  await playing(page);
  return page;
}

describe("two cameras on the page", () => {
  testWith("chromium")("either is chosen as the picture and the other inset, while a second page follows", async () => {
    const page = await loggedIn(server);
    const complaints = complaintsOf(page);
    const second = await loggedIn(server, { size: "phone", colorScheme: "light" });
    await shows(page, showsCamera(1), isPlain);
    await main(page).selectOption("2");
    await shows(page, showsCamera(2), isPlain);
    await shows(second, showsCamera(2));
    await until(async () => (await main(second).inputValue()) === "2");
    // the video went on: nobody had to connect again
    const before = await picturesShown(second);
    await inset(second).selectOption("top-right");
    await shows(second, showsCamera(2), hasInset);
    expect(await picturesShown(second)).toBeGreaterThan(before);
    await until(async () => (await inset(page).inputValue()) === "top-right");
    await keepScreenshot(page, "two-cameras-desk-dark");
    await keepScreenshot(second, "two-cameras-phone-light");
    expect(await seriousFindings(page)).toEqual([]);
    await main(page).selectOption("1");
    await shows(second, showsCamera(1), hasInset);
    await inset(page).selectOption("off");
    await shows(second, showsCamera(1), isPlain);
    expect(complaints).toEqual([]);
    await Promise.all([page.context().close(), second.context().close()]);
  });

  testWith("chromium")("the keyboard chooses as well, and each camera has its light", async () => {
    const page = await loggedIn(server);
    await main(page).focus();
    await page.keyboard.press("ArrowDown");
    await shows(page, showsCamera(2));
    await page.keyboard.press("ArrowUp");
    await shows(page, showsCamera(1));
    for (const camera of [1, 2])
      expect(await page.getByLabel(`Light of camera ${camera}`, { exact: true }).count()).toBe(1);
    await page.context().close();
  });

  testWith("chromium")(
    "a camera that is not connected says so before and after it is chosen, and which one to choose instead",
    async () => {
      await using alone = await startServer(["--source", "test,/dev/video97"], UNLIMITED);
      const page = await loggedIn(alone);
      await until(async () => (await main(page).locator("option").allTextContents()).includes("Camera 2 · offline"));
      await main(page).selectOption("2");
      const note = /^Camera 2 is not connected\. Plug it in, .* or choose camera 1\.$/;
      await until(async () => note.test((await page.locator("#note").allTextContents()).join(" ")));
      await keepScreenshot(page, "two-cameras-away-desk-dark");
      await page.locator(".stage-note button").click();
      await until(async () => /video97/.test((await page.locator("#findings").allTextContents()).join(" ")));
      await keepScreenshot(page, "two-cameras-why-desk-dark");
      await page.keyboard.press("Escape");
      await main(page).selectOption("1");
      await shows(page, showsCamera(1));
      await until(async () => (await page.locator("#note").count()) === 0);
      await page.context().close();
    },
  );

  testWith("chromium")("who may only look is offered no choice", async () => {
    const page = await openPage(browser, server.http);
    await playing(page);
    await shows(page, showsCamera(1));
    expect(await main(page).count()).toBe(0);
    await page.context().close();
  });
});
