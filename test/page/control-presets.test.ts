import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { complaintsOf } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { DESK, PHONE, type SystemViewTest, startSystemViewTest } from "../support/system-view.ts";
import { until } from "../support/until.ts";
import { keepScreenshot } from "../support/web-page.ts";

const HOSTILE = `<b onclick=alert(1)>\u202e نهار 🌃 ${"N".repeat(60)}`;

let view: SystemViewTest;
beforeAll(async () => {
  view = await startSystemViewTest();
  await view.send("POST", "settings", { resolution: "640x360", fps: 10, "stream2-resolution": "320x180" });
});
afterAll(() => view[Symbol.asyncDispose]());

/** The presets of the view "control". */
async function openPresets(user: string | undefined, look: object = DESK, kept?: readonly object[]): Promise<Page> {
  const page = await view.openAs(user, "maintenance", look);
  // pictures are not what this is about, and decoding them takes most of the time
  await page.addInitScript("delete globalThis.RTCPeerConnection");
  if (kept !== undefined)
    await page.evaluate(`localStorage["control-presets"] = ${JSON.stringify(JSON.stringify(kept))}`);
  await page.goto("about:blank");
  await page.goto(`${view.server.http}/#/control/presets`);
  await page.waitForSelector(".presets");
  return page;
}

const change = (values: object) => view.send("POST", "settings", values);
const says = (page: Page, selector: string, words: RegExp) =>
  until(async () => words.test((await page.locator(selector).allTextContents()).join(" ")));
const shown = (page: Page, count: number) => until(async () => (await page.locator(".preset").count()) === count);

async function save(page: Page, name: string): Promise<void> {
  await page.locator("#preset-save").click();
  await page.locator("input[name=preset-name]").fill(name);
  await page.locator("#preset-form button[type=submit]").click();
}

describe("presets of settings", () => {
  testWith("chromium")("are saved, applied, replaced, renamed and deleted, and another browser follows", async () => {
    const [page, other] = [await openPresets("admin", PHONE), await openPresets("admin")];
    const complaints = complaintsOf(page);
    await change({ brightness: 20, contrast: 30, flip: "both" });
    await save(page, HOSTILE);
    await shown(other, 1);
    expect(await page.locator(".preset-name p").first().textContent()).toBe(HOSTILE);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.viewport.width);
    await says(page, ".preset", /Gilt gerade/);
    await keepScreenshot(page, "control-presets-phone-light-german");
    await change({ brightness: 60, contrast: 70, flip: "none" });
    await page.locator(".preset").getByText("Anwenden").click();
    await view.becomes("brightness", 20);
    // only the image was kept
    expect([await view.setting("contrast"), await view.setting("flip")]).toEqual([30, "none"]);
    // a name that is taken: nothing that was entered is lost, and it may take that one's place
    await change({ contrast: 44 });
    await save(page, HOSTILE);
    await says(page, "#preset-form .error-note", /gibt es schon/);
    await page.getByRole("button", { name: "Ersetzen" }).click();
    await says(other, ".preset", /In force/);
    await shown(other, 1);
    await page.getByRole("button", { name: /umbenennen$/ }).click();
    await page.locator("input[name=preset-name]").fill("Nacht");
    await page.locator("input[name=preset-name]").press("Enter");
    await says(other, ".preset-name", /^Nacht/);
    await page.getByRole("button", { name: "Nacht löschen" }).click();
    await page.context().setOffline(true);
    await page.locator("#preset-remove").click();
    await says(page, "dialog .error-note", /Die Kamera antwortet nicht/);
    await page.context().setOffline(false);
    await page.locator("#preset-remove").click();
    await shown(other, 0);
    expect(complaints.filter((complaint) => !/409|INTERNET_DISCONNECTED/.test(complaint))).toEqual([]);
    for (const each of [page, other]) await each.context().close();
  });

  testWith("chromium")("that this camera refuses say why, and those that a browser has kept move to it", async () => {
    const values = { contrast: 61, focus: 3, "motion-sensitivity": 7 };
    await view.send("POST", "settings/presets", { name: "Nacht", values });
    // as an earlier version of the page has kept them
    const kept = ["Tag", "Nacht"].map((name, index) => ({ id: name, name, values: { brightness: 30 + index } }));
    const page = await openPresets("admin", DESK, kept);
    const row = page.locator(".preset").filter({ hasText: "Other settings" });
    await row.getByText("Apply", { exact: true }).click();
    await says(page, ".preset .error-note", /does not take “Focus” now\. .*the camera has no such control/);
    expect(await view.setting("contrast")).not.toBe(61);
    await keepScreenshot(page, "control-presets-refused-desk-dark");
    await row.getByRole("button", { name: "Apply the rest" }).click();
    await view.becomes("contrast", 61);
    await view.becomes("motion-sensitivity", 7);
    await page.locator("#preset-move").click();
    await until(async () => (await page.locator(".preset-transfer").count()) === 0);
    await says(page, ".preset-list", /Tag.*Nacht \(2\)/s);
    expect(await page.evaluate("localStorage['control-presets']")).toBeUndefined();
    const viewer = await openPresets(undefined);
    await shown(viewer, 3);
    expect(await viewer.locator(".preset button, #preset-save, .preset-transfer").count()).toBe(0);
    for (const { id } of await view.told<{ id: string }[]>("settings/presets"))
      await view.send("DELETE", `settings/presets/${id}`);
    await shown(viewer, 0);
    for (const each of [page, viewer]) await each.context().close();
  });
});
