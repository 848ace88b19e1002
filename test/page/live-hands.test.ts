import { afterAll, beforeAll, describe, expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { keepScreenshot, logIn, openPage, picturesShown, playing, setHidden } from "../support/web-page.ts";

/** Brightness that is not the same. */
const OTHER_GREY = 8;

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

/** How bright the test picture's ramp, which stands still, is on its left and right. `picture`: an expression of the page. */
function rampOf(
  page: Page,
  picture = "document.querySelector('#video')",
): Promise<readonly [left: number, right: number]> {
  return page.evaluate(`(async () => {
    const context = new OffscreenCanvas(20, 1).getContext("2d");
    const picture = await ${picture};
    const [width, height] = [picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height];
    context.drawImage(picture, 0, height * 0.885, width, 2, 0, 0, 20, 1); // well beneath the box, above the strip
    const { data } = context.getImageData(0, 0, 20, 1);
    return [data[1], data[4 * 19 + 1]];
  })()`);
}

/** For each chart that is shown, how many of its pixels have about its line's colour. */
const linesDrawn = (page: Page) =>
  page.evaluate<number[]>(`[...document.querySelectorAll(".chart canvas")].map((canvas) => {
    const line = getComputedStyle(canvas).getPropertyValue("--accent").match(/[0-9a-f]{2}/g);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const differs = (at) => line.reduce((sum, part, index) => sum + Math.abs(parseInt(part, 16) - data[at + index]), 0);
    return Array.from({ length: data.length / 4 }, (_, index) => differs(index * 4)).filter((sum) => sum < 100).length;
  })`);
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
    const [left, right] = await rampOf(page);
    const isAt = (wantedLeft: number, wantedRight: number) =>
      until(async () => {
        const [nowLeft, nowRight] = await rampOf(page);
        return Math.abs(nowLeft - wantedLeft) < OTHER_GREY && Math.abs(nowRight - wantedRight) < OTHER_GREY;
      });
    await page.getByRole("slider", { name: "Zoom" }).fill("1.3");
    // a 1.3rd of the ramp: from its middle, from its end, from its beginning
    const part = (right - left) / 1.3;
    await isAt(left + (right - left - part) / 2, right - (right - left - part) / 2);
    await page.locator(".stage").focus();
    await page.keyboard.down("ArrowRight");
    await isAt(right - part, right);
    await page.keyboard.up("ArrowRight");
    await page.getByRole("button", { name: "Pan left" }).hover();
    await page.mouse.down();
    await isAt(left, left + part);
    await page.mouse.up();
    await page.getByRole("slider", { name: "Zoom" }).fill("1");
    await page.getByRole("button", { name: "Home position" }).click();
    await isAt(left, right);
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
    const [savedLeft, savedRight] = await rampOf(page, saved);
    const [left, right] = await rampOf(page);
    expect(right - left).toBeGreaterThan(150);
    expect(Math.abs(savedLeft - left)).toBeLessThan(OTHER_GREY);
    expect(Math.abs(savedRight - right)).toBeLessThan(OTHER_GREY);
    await page.locator("#stream").selectOption("stream1");
    await until(async () => (await widthOf(page)) === 1920);
    await page.context().close();
  });

  testWith("chromium")("goes full screen and back, and into a window of its own and back", async () => {
    const page = await openPage(browser, server.http);
    await playing(page);
    const button = page.locator("#full-screen");
    const becomesFull = async (isFull: boolean) => {
      await until(async () => (await page.evaluate<boolean>("document.fullscreenElement !== null")) === isFull);
      await until(async () => (await button.getAttribute("aria-pressed")) === String(isFull));
    };
    await button.click();
    await becomesFull(true);
    const { width = 0, height = 0 } = page.viewportSize() ?? {};
    const stage = await page.locator(".stage").boundingBox();
    expect([stage?.x, stage?.y, stage?.width]).toEqual([0, 0, width]);
    expect(stage?.height).toBeGreaterThan(height * 0.85);
    expect(await page.getByRole("navigation").count()).toBe(0);
    // what the page has to say lies over the picture
    await Promise.all([page.waitForEvent("download"), page.locator("#snapshot").click()]);
    await page.locator(".toast button").click();
    await page.locator("#why").click();
    await until(async () => /now \d+, \d+ to \d+/.test((await page.locator(".chart").first().textContent()) ?? ""));
    await until(async () => (await linesDrawn(page)).filter((pixels) => pixels > 4).length === 4);
    await keepScreenshot(page, "live-full-screen-why-desk-dark");
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await becomesFull(true);
    await keepScreenshot(page, "live-full-screen-desk-dark");
    await button.click();
    await becomesFull(false);
    // another view is no picture
    await button.click();
    await becomesFull(true);
    await page.evaluate(`location.hash = "#/control/image"`);
    await until(() => page.evaluate<boolean>("document.fullscreenElement === null"));
    await page.evaluate(`location.hash = "#/"`);
    await playing(page);
    await page.locator("#picture-in-picture").click();
    await until(() => page.evaluate<boolean>("document.pictureInPictureElement?.id === 'video'"));
    await page.locator("#picture-in-picture").click();
    await until(() => page.evaluate<boolean>("document.pictureInPictureElement === null"));
    await page.context().close();
  });

  testWith("chromium")(
    "without a window of its own there is no button for it; an iPhone puts the video full screen",
    async () => {
      const page = await openPage(browser, server.http, { size: "phone" });
      await page.addInitScript(`
      Object.defineProperty(Document.prototype, "pictureInPictureEnabled", { value: undefined });
      delete Element.prototype.requestFullscreen;
      HTMLVideoElement.prototype.webkitEnterFullscreen = function () {
        this.dataset.isFull = "yes";
      };
    `);
      await page.reload();
      await playing(page);
      expect(await page.locator("#picture-in-picture").count()).toBe(0);
      await page.locator("#full-screen").click();
      await until(async () => (await page.locator("#video").getAttribute("data-is-full")) === "yes");
      await page.context().close();
    },
  );

  testWith("chromium")(
    "rests while nobody can see it, which frees its place, and plays at once when shown",
    async () => {
      const page = await openPage(browser, server.http);
      await playing(page);
      const released = page.waitForResponse((answer) => answer.request().method() === "DELETE");
      await setHidden(page, true);
      await until(async () => (await page.locator('.stage[data-state="resting"]').count()) === 1);
      expect((await released).status()).toBe(200);
      await setHidden(page, false);
      await playing(page);
      const before = await picturesShown(page);
      await until(async () => (await picturesShown(page)) > before + 10);
      await page.context().close();
    },
  );
});
