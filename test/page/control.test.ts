import { afterAll, afterEach, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { freePort } from "../support/free-port.ts";
import { PEERS } from "../support/peers.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };
const PHONE_LOOK = { viewport: PHONE, colorScheme: "light", locale: "de", hasTouch: true, isMobile: true } as const;
const LOGIN = { username: "admin", password: "password" };
const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };
/** What several browsers beside the encoder can decode. */
const SMALL = { resolution: "640x360", fps: 10, "stream2-resolution": "320x180" };

let server: TestServer;
let browser: Browser | undefined;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  await change(SMALL);
  if (PEERS.chromium.isThere()) browser = await startBrowser();
});
afterEach(async () => {
  await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
  await fetch(`${server.http}/api/settings/reset`, { method: "POST", headers: ADMIN });
  await change(SMALL);
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

/** A browser of somebody, logged in as the administrator. */
async function someone(look: BrowserContextOptions = {}, isAdmin = true): Promise<BrowserContext> {
  if (browser === undefined) throw new Error("chromium is missing");
  const context = await browser.newContext({ viewport: DESK, colorScheme: "dark", ...look });
  // decoding video for two pages takes most of the time
  if (look.isMobile === true) await context.addInitScript("delete globalThis.RTCPeerConnection");
  if (isAdmin) await context.request.post(`${server.http}/api/login`, { data: LOGIN });
  return context;
}

/** The view, with what the page complains about. */
async function openView(context: BrowserContext, part = "image") {
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(`${server.http}/#/control/${part}`);
  await page.waitForSelector(".control-part");
  return { page, complaints };
}

/** A setting as REST tells it. */
async function setting(key: string): Promise<unknown> {
  const answer = await fetch(`${server.http}/api/settings/${key}`, { headers: ADMIN });
  return ((await answer.json()) as { data: Record<string, unknown> }).data[key];
}

const becomes = (key: string, value: unknown) => until(async () => Bun.deepEquals(await setting(key), value));
const change = (values: object) =>
  fetch(`${server.http}/api/settings`, { method: "POST", headers: ADMIN, body: JSON.stringify(values) });

const row = (page: Page, key: string) => page.locator(`[data-knob="${key}"]`);
const exact = (page: Page, key: string) => row(page, key).locator(".knob-typed");
const shows = (page: Page, key: string, value: string) =>
  until(async () => (await exact(page, key).inputValue()) === value);
const says = (page: Page, selector: string, words: RegExp) =>
  until(async () => words.test((await page.locator(selector).allTextContents()).join(" ")));

/** Mean of the shown picture, 0–255; 0 before there is one. */
const brightnessOf = (page: Page) =>
  page.evaluate<number>(`(() => {
    const context = new OffscreenCanvas(64, 36).getContext("2d");
    context.drawImage(document.querySelector(".preview video"), 0, 0, 64, 36);
    const { data } = context.getImageData(0, 0, 64, 36);
    return data.reduce((sum, each) => sum + each, 0) / data.length;
  })()`);

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.RD_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/control-${name}.png` });
}

describe("the view Control in Chromium", () => {
  testWith("chromium")("a slider moves picture, camera and a second page; a refused value goes back", async () => {
    const { page, complaints } = await openView(await someone());
    const { page: other } = await openView(await someone(PHONE_LOOK));
    await until(async () => (await brightnessOf(page)) > 0);
    const before = await brightnessOf(page);
    await row(page, "brightness").locator(".slider").fill("95");
    await becomes("brightness", 95);
    await shows(other, "brightness", "95");
    await until(async () => (await brightnessOf(page)) > before + 20);
    await exact(page, "brightness").fill("150");
    await exact(page, "brightness").press("Enter");
    await says(page, '[data-knob="brightness"] .knob-about', /^150 was not taken\. .*between 0 and 100\.$/);
    await shows(page, "brightness", "95");
    expect(await setting("brightness")).toBe(95);
    // quoted as it was typed, whatever that is
    for (const [typed, why] of [
      ["12.7", "Value must be a whole number."],
      ["1,5", "Value must be a whole number."],
      ["abc", "That is not a number."],
      ["123456789012345678", "Value must be between 0 and 100."],
    ] as const) {
      await exact(page, "brightness").fill(typed);
      await exact(page, "brightness").press("Enter");
      await says(page, '[data-knob="brightness"] .knob-about', new RegExp(`^${typed} was not taken. ${why}$`));
    }
    await exact(page, "brightness").fill("95");
    await exact(page, "brightness").press("Enter");
    await says(page, '[data-knob="brightness"] .knob-about', /^$/);
    await shoot(page, "refused-desk-dark");
    // whatever else turns it is followed, and the sentence is gone with the next value
    await change({ contrast: 61 });
    await shows(page, "contrast", "61");
    await exact(page, "brightness").fill("70");
    await exact(page, "contrast").focus();
    await becomes("brightness", 70);
    await says(page, '[data-knob="brightness"] .knob-about', /^$/);
    await row(page, "brightness").getByRole("button", { name: "Reset Brightness to 50" }).click();
    await becomes("brightness", 50);
    await shows(other, "brightness", "50");
    expect(await row(page, "hue").locator("input").isDisabled()).toBe(true);
    expect(await row(page, "hue").textContent()).toContain("This camera cannot do that.");
    expect(complaints).toEqual([]);
    await shoot(other, "image-phone-light-german");
  });

  testWith("chromium")("streams: everything reaches the camera, and all goes back", async () => {
    const { page, complaints } = await openView(await someone(), "streams");
    await row(page, "resolution").locator("select").selectOption("1280x720");
    await becomes("resolution", "1280x720");
    await until(async () => (await page.evaluate("document.querySelector('.preview video').videoWidth")) === 1280);
    const sizes = () => row(page, "stream2-resolution").locator("option").allTextContents();
    await until(async () => !(await sizes()).includes("1920 × 1080"));
    await row(page, "stream2-resolution").locator("select").selectOption("320x180");
    await becomes("stream2-resolution", "320x180");
    await row(page, "rotation").getByRole("radio", { name: "180°" }).check();
    await becomes("rotation", 180);
    await row(page, "flip").getByRole("radio", { name: "Left–right" }).check();
    await becomes("flip", "horizontal");
    // the arrows of the keyboard move on
    await page.keyboard.press("ArrowRight");
    await becomes("flip", "vertical");
    await row(page, "adaptive-bitrate").getByRole("switch").click();
    await becomes("adaptive-bitrate", true);
    for (const [key, value] of [
      ["fps", 25],
      ["bitrate", 2500],
      ["gop", 50],
      ["bitrate-min", 700],
      ["bitrate-max", 2400],
      ["stream2-fps", 10],
      ["stream2-bitrate", 300],
      ["jpeg-quality", 40],
    ] as const) {
      await exact(page, key).fill(String(value));
      await exact(page, key).press("Enter");
      await becomes(key, value);
    }
    await says(page, '[data-knob="gop"]', /A whole picture every 2\.0 s\./);
    await exact(page, "bitrate-min").fill("9000");
    await exact(page, "bitrate-min").press("Enter");
    await says(page, '[data-knob="bitrate-min"] .knob-about', /9000 was not taken\. .*above bitrate-max 2400/);
    await shows(page, "bitrate-min", "700");
    await shoot(page, "streams-desk-dark");
    await page.locator("#reset-all").click();
    await page.getByRole("button", { name: "Cancel" }).last().click();
    expect(await setting("fps")).toBe(25);
    await page.locator("#reset-all").click();
    await page.route("**/api/settings/reset", (route) =>
      route.fulfill({ status: 429, json: { code: "RATE_LIMITED", retry_after: 7 } }),
    );
    await page.locator("#reset-confirm").click();
    await says(page, ".dialog", /Too many requests in a short time\. Try again in 7 s\./);
    await page.unroute("**/api/settings/reset");
    await page.locator("#reset-confirm").click();
    await becomes("fps", 30);
    expect([await setting("resolution"), await setting("flip"), await setting("jpeg-quality")]).toEqual([
      ...["1920x1080", "none", 85],
    ]);
    expect(complaints.filter((complaint) => !complaint.includes("429"))).toEqual([]);
  });

  testWith("chromium")("overlay: what the camera cannot draw stays, with why", async () => {
    const { page, complaints } = await openView(await someone({ locale: "de", colorScheme: "light" }), "overlay");
    const format = page.locator("input[name=overlay-format]");
    await page.getByRole("switch", { name: "Ins Bild schreiben" }).click();
    await page.getByRole("radio", { name: "Unten rechts" }).check();
    await format.fill("%H:%Q");
    await format.press("Enter");
    await says(page, ".field-error", /%Q, which is no conversion/);
    expect(await format.inputValue()).toBe("%H:%Q");
    await format.fill("%H:%M");
    await format.press("Enter");
    const text = page.locator("input[name=overlay-text]");
    await text.fill("x".repeat(10_000));
    await text.press("Enter");
    await says(page, ".field-error", /höchstens 128 Zeichen/);
    await shoot(page, "overlay-desk-light-german");
    await text.press("Escape");
    expect(await text.inputValue()).toBe("");
    await text.fill("Halle 3");
    await text.blur();
    await becomes("overlay", { enabled: true, position: "bottom-right", format: "%H:%M", text: "Halle 3" });
    await page.getByRole("button", { name: /Einblendung auf .*zurücksetzen/ }).click();
    await becomes("overlay", { enabled: false, position: "top-left", format: "%Y-%m-%d %H:%M:%S", text: "" });
    expect(complaints).toEqual([]);
  });

  testWith("chromium")("before and after: by mouse, by key, and when going back fails", async () => {
    const { page } = await openView(await someone());
    const hold = page.locator("#compare");
    await until(() => hold.isDisabled());
    await row(page, "saturation").locator(".slider").fill("0");
    await becomes("saturation", 0);
    await hold.hover();
    await page.mouse.down();
    await becomes("saturation", 50);
    // the page hears of it a moment after the camera has done it
    const isHeld = (held: boolean) => until(async () => (await hold.getAttribute("aria-pressed")) === String(held));
    await isHeld(true);
    // others go on meanwhile
    await change({ contrast: 33 });
    await shows(page, "contrast", "33");
    await page.mouse.up();
    await becomes("saturation", 0);
    await isHeld(false);
    expect(await setting("contrast")).toBe(33);
    await hold.focus();
    await page.keyboard.down("Space");
    await becomes("saturation", 50);
    await page.route("**/api/settings", (route) => route.abort());
    await page.keyboard.up("Space");
    await says(page, ".error-note", /still shows the values from before\. The camera does not answer\./);
    await page.unroute("**/api/settings");
    await page.getByRole("button", { name: "Put my values back" }).click();
    await becomes("saturation", 0);
    await until(async () => (await page.locator(".error-note").count()) === 0);
    // who closes the page while holding leaves nothing behind
    await hold.focus();
    await page.keyboard.down("Space");
    await becomes("saturation", 50);
    await page.goto("about:blank");
    await becomes("saturation", 0);
  });

  testWith("chromium")("who may only look sees why nothing moves", async () => {
    const { page } = await openView(await someone({}, false));
    await says(page, ".control-look", /needs the permission Device_rw/);
    expect(await exact(page, "brightness").isDisabled()).toBe(true);
    expect(await page.locator("#reset-all, #compare").count()).toBe(0);
    await change({ brightness: 33 });
    await shows(page, "brightness", "33");
    await shoot(page, "look-only-desk-dark");
  });

  testWith("chromium")("a camera that goes away and comes back loses no input", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rotordream-away-"));
    const start = ["--http-port", String(freePort()), "--data-dir", folder];
    const first = await startServer(start);
    const context = await someone({}, false);
    await context.request.post(`${first.http}/api/login`, { data: LOGIN });
    const page = await context.newPage();
    await page.goto(`${first.http}/#/control/overlay`);
    const text = page.locator("input[name=overlay-text]");
    await text.fill("unfinished");
    await first.stop();
    await says(page, ".banner", /The connection to the camera is lost/);
    await text.press("Enter");
    await says(page, ".field-error", /The camera does not answer/);
    await says(page, ".preview-note", /comes back by itself/);
    await shoot(page, "lost-desk-dark");
    {
      await using second = await startServer(start);
      await until(async () => (await page.locator(".banner").count()) === 0);
      expect(await text.inputValue()).toBe("unfinished");
      await text.press("Enter");
      await until(async () => (await page.locator(".field-error").count()) === 0);
      const answer = await fetch(`${second.http}/api/settings/overlay`, { headers: ADMIN });
      expect(await answer.text()).toContain('"text":"unfinished"');
      await page.close();
    }
    rmSync(folder, { recursive: true });
  });
});
