import { describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { median } from "../bench/median.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { explained, launchBrowser, play, report } from "../support/webrtc-browser.ts";

describe("Chromium", () => {
  for (const way of ["offered", "json", "whep"] as const) {
    testWith("chromium")(`plays by ${way}: pictures in order, none missing for long`, async () => {
      await using server = await startServer();
      await using browser = await launchBrowser();
      const page = await browser.open(server.http);
      await play(page, way); // how soon is for the bench webrtc-first-picture
      await until(async () => (await report(page)).framesDecoded > 30);
      await until(async () => (await report(page)).framesDecoded > 120);
      const seen = await report(page);
      expect(seen.frameWidth).toBe(1920);
      const counters = seen.pictures.flatMap(({ counter }) => counter ?? []);
      expect(counters.every((counter, index) => index === 0 || counter > (counters[index - 1] ?? 0))).toBe(true);
      expect(await explained(page)).toMatchObject({ state: "playing", stream: "stream1", srtp: "AEAD_AES_128_GCM" });
      const latencies = seen.pictures.flatMap(({ latencyMs }) => latencyMs ?? []);
      if (latencies.length > 0) expect(median(latencies)).toBeLessThan(1000);
    });
  }

  testWith("chromium")("plays in four tabs at once, and leaves nothing behind when they close", async () => {
    await using server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
    await using browser = await launchBrowser();
    const pages = await Promise.all([0, 1, 2, 3].map(() => browser.open(server.http)));
    for (const [index, page] of pages.entries()) await play(page, index % 2 === 0 ? "whep" : "offered", "stream2");
    for (const page of pages) await until(async () => (await report(page)).framesDecoded > 30);
    expect(await viewersOf(server.http)).toBe(4);
    for (const page of pages) await page.close();
    // a tab that is closed says nothing: its silence tells, after 15 s
    await until(async () => (await viewersOf(server.http)) === 0, 25_000);
  });

  testWith("chromium")("shows the live picture on the page, and MJPEG with a note where WebRTC is full", async () => {
    await using server = await startServer([], { ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "1" });
    await using browser = await launchBrowser();
    const page = await browser.open(server.http);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(server.http);
    await until(async () => /^\d+ ms ±\d+$/.test(await figure(page, "latency")));
    const [fps, mbits, latency] = [
      await figure(page, "fps"),
      await figure(page, "rate"),
      await figure(page, "latency"),
    ];
    const numbers = [fps, mbits, latency].map((text) => Number.parseFloat(text));
    expect(numbers.map((number) => number > 0 && number < 1000)).toEqual([true, true, true]);
    expect(await page.locator(".lamp").textContent()).toBe("Live1920×1080");
    expect(await page.locator("#readout").getAttribute("title")).toContain("From the picture's capture");
    expect(complaints).toEqual([]);
    const other = await browser.open(server.http);
    await other.goto(server.http);
    await until(async () => /already 1 WebRTC viewer/.test((await other.locator("#note").textContent()) ?? ""));
    await until(async () => (await other.evaluate("document.querySelector('#mjpeg').naturalWidth")) === 1920);
  });

  testWith("chromium")("asks for a login where nobody may look without", async () => {
    await using server = await startServer(["--anonymous", "guest"]);
    await using browser = await launchBrowser();
    const page = await browser.open(server.http);
    await page.goto(server.http);
    await page.locator("input[name=username]").fill("admin");
    await page.locator("input[name=password]").fill("password");
    await page.locator("form button").click();
    await until(async () => (await figure(page, "rate")) !== "");
    await page.locator("#account").click();
    await page.locator("#logout").click();
    await until(async () => (await page.locator("#login").isVisible()) === true);
    await until(async () => (await viewersOf(server.http, "admin:password")) === 0);
  });
});

/** One of the page's figures of its live video; empty: not known yet. */
async function figure(page: Page, name: string): Promise<string> {
  const [text] = await page.locator(`[data-figure="${name}"]`).allTextContents();
  return text ?? "";
}

async function viewersOf(url: string, login?: string): Promise<number> {
  const headers = login === undefined ? {} : { Authorization: `Basic ${btoa(login)}` };
  const answer = await fetch(`${url}/api/status`, { headers });
  const { viewers } = (await answer.json()) as { viewers?: { webrtc: number } };
  return viewers?.webrtc ?? -1;
}
