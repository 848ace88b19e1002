import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { testWith, testWithNetwork } from "../support/conditional-tests.ts";
import { freezeEncoder } from "../support/frozen-encoder.ts";
import { createNetwork } from "../support/network.ts";
import { startServer, webrtcPortOf } from "../support/server.ts";
import { until } from "../support/until.ts";
import { keepScreenshot, logIn, openPage, playing } from "../support/web-page.ts";

const PASSWORD = "why is it dark 7";
const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Opens the question, where it is not open yet, and waits until the answer has these words. */
async function explains(page: Page, words: RegExp, limitMs = 20_000): Promise<void> {
  if ((await page.locator("#findings").count()) === 0) await page.locator("#why").click();
  await until(async () => words.test((await page.locator("#findings").allTextContents()).join(" ")), limitMs);
}

/** "Why is there no picture?", each answer with the cause at work. What is missing here stands in live.test.ts. */
describe("the live view says why there is no picture", () => {
  testWithNetwork("nft", "chromium")(
    "where UDP is blocked, and where TCP is too: with the port that is in use",
    async () => {
      using network = createNetwork();
      const args = ["--listen", network.camera.address, "--admin-password", PASSWORD];
      await using server = await startServer(args, { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" }, network.camera.prefix);
      const port = webrtcPortOf(server);
      await using far = await startBrowser(network.viewer.prefix);
      const page = await openPage(far, server.http);
      network.trouble({ loss: 100 });
      await logIn(page, "admin", PASSWORD);
      await playing(page);
      await explains(page, new RegExp(`comes over TCP, since UDP does not get through.*Open UDP port ${port} between`));
      network.trouble({ loss: 100, closedTcpPort: port });
      await page.reload();
      await until(async () => (await page.evaluate("document.querySelector('#mjpeg')?.naturalWidth")) === 1920);
      await explains(page, new RegExp(`does not get through\\. Open UDP and TCP port ${port} between`));
      await keepScreenshot(page, "live-why-blocked-desk-dark");
    },
  );

  testWith("chromium", "python")("where the encoder stands still, and plays again when it goes on", async () => {
    await using server = await startServer();
    const page = await openPage(browser, server.http);
    await playing(page);
    await explains(page, /Pictures are arriving, and the camera reports no trouble/);
    {
      await using _frozen = await freezeEncoder(server.pid);
      await explains(page, /none of them is encoded \(stream1, stream2\)\. Restart it/);
      await until(async () => (await page.locator(".lamp").textContent()) !== "Live");
    }
    await explains(page, /Pictures are arriving/, 30_000);
    await page.context().close();
  });

  testWith("chromium")("where the camera is not there, and where the account may not look", async () => {
    await using server = await startServer(["--source", "/dev/video77", "--anonymous", "guest"]);
    const body = JSON.stringify({ name: "eva", password: PASSWORD, role: "viewer" });
    await fetch(`${server.http}/api/users`, { method: "POST", headers: ADMIN, body });
    const page = await openPage(browser, server.http, { size: "phone", colorScheme: "light", locale: "de-DE" });
    await logIn(page, "eva", PASSWORD);
    await playing(page);
    await until(async () => (await page.locator(".lamp").textContent())?.startsWith("Kamera fehlt") === true);
    await explains(page, /liefert kein Bild\. Gemeldet wird: The camera \/dev\/video77 is not connected/);
    expect(await page.locator("#findings li").count()).toBe(1);
    await keepScreenshot(page, "live-why-offline-phone-light-german");
    await page.keyboard.press("Escape");
    const less = JSON.stringify({ role: "guest" });
    await fetch(`${server.http}/api/users/eva`, { method: "PATCH", headers: ADMIN, body: less });
    // who may do less has to log in again
    await page.locator("dialog #login").waitFor();
    await logIn(page, "eva", PASSWORD);
    await until(async () => /Media_r/.test((await page.locator("#view").textContent()) ?? ""));
    await keepScreenshot(page, "live-refused-phone-light-german");
    await page.context().close();
  });
});
