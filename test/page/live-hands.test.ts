import { afterAll, beforeAll, describe, expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { keepScreenshot, logIn, openPage, picturesShown, playing } from "../support/web-page.ts";

/** Far enough apart that no coding makes one of the test picture's bars look like another. */
const OTHER_COLOUR = 60;

let browser: Browser;
let server: TestServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([
    startBrowser(),
    startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "0" }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Red, green and blue of eight places along the upper third of a picture, from left to right. `picture`: an expression of the page. */
function coloursOf(page: Page, picture = "document.querySelector('#video')"): Promise<readonly number[]> {
  return page.evaluate(`(async () => {
    const context = new OffscreenCanvas(8, 1).getContext("2d");
    const picture = await ${picture};
    const [width, height] = [picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height];
    context.drawImage(picture, 0, height * 0.4, width, 2, 0, 0, 8, 1);
    return [...context.getImageData(0, 0, 8, 1).data].filter((_, index) => index % 4 < 3);
  })()`);
}

const farthest = (some: readonly number[], others: readonly number[]) =>
  Math.max(...some.map((value, index) => Math.abs(value - (others[index] ?? Number.NaN))));
const scaleOf = async (page: Page) =>
  Number(/scale\((.*)\)/.exec(await page.evaluate("document.querySelector('.stage-picture').style.transform"))?.[1]);
const widthOf = (page: Page) => page.evaluate<number>("document.querySelector('#video').videoWidth");

describe("the live view under hands", () => {
  testWith("chromium")("two fingers magnify, one moves what is magnified, and two show all again", async () => {
    const page = await openPage(browser, server.http, { size: "phone", colorScheme: "light" });
    await playing(page);
    const devices = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...points: readonly (readonly [number, number])[]) =>
      devices.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    const spread = async (from: number, to: number) => {
      await touch("touchStart", [180 - from, 110], [180 + from, 110]);
      for (let step = 1; step <= 5; step++) {
        const reach = from + ((to - from) * step) / 5;
        await touch("touchMove", [180 - reach, 110], [180 + reach, 110]);
      }
      await touch("touchEnd");
    };
    await spread(40, 120);
    await until(async () => (await scaleOf(page)) > 2.5);
    expect(await scaleOf(page)).toBeLessThan(3.5);
    await keepScreenshot(page, "live-pinched-phone-light");
    const left = () =>
      page.evaluate<number>("new DOMMatrix(getComputedStyle(document.querySelector('.stage-picture')).transform).e");
    const before = await left();
    await touch("touchStart", [180, 110]);
    await touch("touchMove", [230, 110]);
    await touch("touchEnd");
    await until(async () => (await left()) > before + 40);
    await spread(120, 20);
    await until(async () => (await scaleOf(page)) === 1);
    // nothing but the picture was magnified
    expect(await page.evaluate<number>("visualViewport.scale")).toBe(1);
    await page.context().close();
  });

  testWith("chromium")("keys and pad move the camera, which is seen in the picture", async () => {
    const page = await openPage(browser, server.http);
    const complaints = complaintsOf(page);
    await logIn(page);
    await playing(page);
    const start = await coloursOf(page);
    await page.getByRole("slider", { name: "Zoom" }).fill("3");
    await until(async () => farthest(await coloursOf(page), start) > OTHER_COLOUR);
    for (const steer of [
      { press: () => page.keyboard.down("ArrowRight"), release: () => page.keyboard.up("ArrowRight") },
      {
        press: async () => {
          await page.getByRole("button", { name: "Pan left" }).hover();
          await page.mouse.down();
        },
        release: () => page.mouse.up(),
      },
    ]) {
      await page.locator(".stage").focus();
      const before = await coloursOf(page);
      await steer.press();
      await until(async () => farthest(await coloursOf(page), before) > OTHER_COLOUR);
      await steer.release();
    }
    await page.getByRole("slider", { name: "Zoom" }).fill("1");
    await page.getByRole("button", { name: "Home position" }).click();
    await until(async () => farthest(await coloursOf(page), start) < OTHER_COLOUR);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  testWith("chromium")("saves the picture that is shown, of the stream that was chosen", async () => {
    const page = await openPage(browser, server.http);
    await playing(page);
    await page.locator("#stream").selectOption("stream2");
    await until(async () => (await widthOf(page)) === 640);
    await until(async () => ((await page.locator(".lamp").textContent()) ?? "").includes("640×360"));
    const coming = page.waitForEvent("download");
    await page.locator("#snapshot").click();
    const file = readFileSync(await (await coming).path());
    expect(file.readUInt16BE(0)).toBe(0xffd8);
    const saved = `createImageBitmap(new Blob([Uint8Array.fromBase64("${file.toBase64()}")]))`;
    expect(await page.evaluate<number>(`${saved}.then(({ width }) => width)`)).toBe(640);
    expect(farthest(await coloursOf(page, saved), await coloursOf(page))).toBeLessThan(OTHER_COLOUR);
    await page.locator("#stream").selectOption("stream1");
    await until(async () => (await widthOf(page)) === 1920);
    await page.context().close();
  });

  testWith("chromium")("goes full screen and back, and into a window of its own and back", async () => {
    const page = await openPage(browser, server.http);
    await playing(page);
    const shown = (which: string) => page.evaluate<string | undefined>(`document.${which}?.className`);
    await page.locator("#full-screen").click();
    await until(async () => (await shown("fullscreenElement")) === "live-frame");
    expect(await page.locator("#full-screen").getAttribute("aria-pressed")).toBe("true");
    await keepScreenshot(page, "live-full-screen-desk-dark");
    await page.locator("#full-screen").click();
    await until(async () => (await shown("fullscreenElement")) === undefined);
    await until(async () => (await page.locator("#full-screen").getAttribute("aria-pressed")) === "false");
    await page.locator("#picture-in-picture").click();
    await until(() => page.evaluate<boolean>("document.pictureInPictureElement?.id === 'video'"));
    await page.locator("#picture-in-picture").click();
    await until(() => page.evaluate<boolean>("document.pictureInPictureElement === null"));
    await page.context().close();
  });

  testWith("chromium")(
    "rests while nobody can see it, which frees its place, and plays at once when shown",
    async () => {
      const page = await openPage(browser, server.http);
      await playing(page);
      // headless Chromium hides no page, whatever is in front of it
      const hide = (isHidden: boolean) =>
        page.evaluate(`
          Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
          document.dispatchEvent(new Event("visibilitychange"));
        `);
      const released = page.waitForResponse((answer) => answer.request().method() === "DELETE");
      await hide(true);
      await until(async () => (await page.locator('.stage[data-state="resting"]').count()) === 1);
      expect((await released).status()).toBe(200);
      await hide(false);
      await playing(page);
      const before = await picturesShown(page);
      await until(async () => (await picturesShown(page)) > before + 10);
      await page.context().close();
    },
  );
});
