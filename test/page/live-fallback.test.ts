import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { freePort } from "../support/free-port.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { keepScreenshot, logIn, openPage, setHidden } from "../support/web-page.ts";

const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** A page in a browser that has no WebRTC. */
async function openWithoutWebrtc(url: string, hash = ""): Promise<Page> {
  const page = await openPage(browser, url);
  await page.addInitScript("delete globalThis.RTCPeerConnection");
  await page.goto(`${url}/${hash}`);
  await page.reload();
  return page;
}

/** What the single picture shows, to be compared; undefined: nothing. */
function pictureOf(page: Page): Promise<string | undefined> {
  return page.evaluate(`{
    const image = document.querySelector("#mjpeg");
    const canvas = new OffscreenCanvas(64, 64).getContext("2d");
    image?.naturalWidth > 0 ? (canvas.drawImage(image, 0, 0, 64, 64), canvas.getImageData(0, 0, 64, 64).data.join()) : undefined;
  }`);
}

/** Waits until the picture changes, and changes again. */
async function moves(page: Page): Promise<void> {
  const seen = new Set<string>();
  await until(async () => {
    const now = await pictureOf(page);
    if (now !== undefined) seen.add(now);
    return seen.size > 4;
  });
}

/** Ends whoever watches single pictures, as System > Streams does. */
async function endViewers(url: string): Promise<void> {
  const answer = await fetch(`${url}/api/streams`, { headers: ADMIN });
  const { data } = (await answer.json()) as {
    readonly data: readonly { readonly mjpeg_viewers: readonly { readonly id: string }[] }[];
  };
  const ids = data.flatMap(({ mjpeg_viewers }) => mjpeg_viewers.map(({ id }) => id));
  expect(ids.length).toBeGreaterThan(0);
  for (const id of ids) await fetch(`${url}/api/streams/viewers/${id}`, { method: "DELETE", headers: ADMIN });
}

const textOf = async (page: Page, selector: string) => (await page.locator(selector).allTextContents()).join(" ");

describe("single pictures in a browser without WebRTC", () => {
  testWith("chromium")("say so and promise no video, and come back when the camera does", async () => {
    const port = freePort();
    const server = await startServer(["--http-port", String(port)]);
    const page = await openWithoutWebrtc(server.http);
    await moves(page);
    expect(await textOf(page, "#note")).toBe("This browser has no WebRTC. Single pictures (MJPEG) are shown instead.");
    expect(await textOf(page, ".lamp")).toBe("Single pictures");
    await server.stop("SIGKILL");
    await until(async () => (await textOf(page, ".lamp")) === "No picture");
    expect(await textOf(page, "#note")).toMatch(/do not come either\. They are tried again by themselves\.$/);
    await keepScreenshot(page, "live-mjpeg-away-desk-dark");
    await using _again = await startServer(["--http-port", String(port)]);
    await moves(page);
    expect(await textOf(page, ".lamp")).toBe("Single pictures");
    await page.context().close();
  });

  testWith("chromium")(
    "are taken up again after an administrator has ended them, beside the controls too",
    async () => {
      await using server = await startServer();
      const page = await openWithoutWebrtc(server.http);
      await moves(page);
      await endViewers(server.http);
      await moves(page);
      await logIn(page);
      await page.evaluate(`location.hash = "#/control"`);
      await page.locator(".preview").waitFor();
      await moves(page);
      await endViewers(server.http);
      await moves(page);
      await page.context().close();
    },
  );

  testWith("chromium")("rest while nobody can see them", async () => {
    await using server = await startServer();
    const page = await openWithoutWebrtc(server.http);
    await moves(page);
    await setHidden(page, true);
    await until(async () => (await page.locator('.stage[data-state="resting"]').count()) === 1);
    expect(await page.locator("#mjpeg").count()).toBe(0);
    await setHidden(page, false);
    await moves(page);
    await page.context().close();
  });
});
