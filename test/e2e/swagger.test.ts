import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { PEERS } from "../support/peers.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PASSWORD = "correct horse battery";

let server: TestServer;
let browser: Browser | undefined;
beforeAll(async () => {
  server = await startServer(["--admin-password", PASSWORD, "--anonymous", "guest"]);
  if (PEERS.chromium.isThere()) browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

/** Opens the page; the complaints grow while it is used. */
async function open(): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  if (browser === undefined) throw new Error("chromium is missing");
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  const complaints = complaintsOf(page);
  await page.goto(`${server.http}/swagger`);
  await page.waitForSelector(".opblock");
  return { page, complaints };
}

async function tryOut(page: Page, operation: string): Promise<string> {
  const block = page.locator(`#operations-${operation}`);
  await block.locator(".opblock-summary-control").click();
  await block.locator("button.execute").click();
  const status = block.locator(".live-responses-table .response .response-col_status");
  await status.waitFor();
  return ((await status.textContent()) ?? "").trim();
}

describe("/swagger in Chromium without the internet", () => {
  testWith("chromium")("shows every operation of the document, and its policy hinders nothing", async () => {
    const { page, complaints } = await open();
    const document = (await (await fetch(`${server.http}/swagger/json`)).json()) as { paths: Record<string, object> };
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));
    expect(await page.locator(".opblock").count()).toBe(operations.length);
    if (process.env.RD_SCREENSHOTS !== undefined)
      await page.screenshot({ path: `${process.env.RD_SCREENSHOTS}/swagger.png` });
    expect(complaints).toEqual([]);
    await page.close();
  });

  testWith("chromium")(
    "asks the device, refused without a login and answered with one, which a reload forgets",
    async () => {
      const { page, complaints } = await open();
      expect(await tryOut(page, "streams-getApiStreams")).toBe("401");
      // Chromium's own note on the 401; a login box of the browser would have held the page up.
      expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([]);
      await page.locator("button.authorize").click();
      const form = page.locator(".auth-container", { hasText: "basic" }).first();
      await form.locator("input[type=text]").fill("admin");
      await form.locator("input[type=password]").fill(PASSWORD);
      await form.locator("button.authorize").click();
      await page.locator("button.btn-done").first().click();
      expect(await tryOut(page, "streams-getApiSnapshot")).toBe("200");
      const picture = page.locator("#operations-streams-getApiSnapshot .response-col_description img").first();
      await picture.waitFor();
      expect(await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(1920);
      expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([]);
      if (process.env.RD_SCREENSHOTS !== undefined)
        await page.screenshot({ path: `${process.env.RD_SCREENSHOTS}/swagger-tried.png` });
      await page.reload();
      await page.waitForSelector(".opblock");
      expect(await tryOut(page, "streams-getApiStreams")).toBe("401");
      await page.close();
    },
  );
});
