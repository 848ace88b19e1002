import { afterAll, beforeAll, expect } from "bun:test";
import type { Page } from "playwright-core";
import { testWith } from "../support/conditional-tests.ts";
import { recorderOf } from "../support/recorder-client.ts";
import { type SystemViewTest, startSystemViewTest } from "../support/system-view.ts";
import { until } from "../support/until.ts";

/** What a user may ask in a minute is for four pages that record and stop once. */
const MOST_REQUESTS = 25;

let view: SystemViewTest;
beforeAll(async () => {
  view = await startSystemViewTest();
  await view.send("POST", "settings", { resolution: "640x360" });
});
afterAll(() => view[Symbol.asyncDispose]());

/** The recordings, once they are there. */
async function openRecordings(): Promise<Page> {
  const page = await view.openAs("admin", "account");
  await page.goto(`${view.server.http}/#/recordings`);
  await page.locator(".storage-bar").waitFor();
  await settled(page);
  return page;
}

const settled = (page: Page) =>
  until(async () => (await page.locator(".recordings .spinner, .recordings .error-note").count()) === 0);
const order = (page: Page, name: string) => page.locator(`[data-order=${name}]`).click();
const tag = (page: Page, title: string) => page.locator(".tags-editor .chip", { hasText: title });
const focused = (page: Page) => page.evaluate<string>("document.activeElement.tagName");

async function record(): Promise<string> {
  const recorder = recorderOf(view.server);
  await view.send("POST", "recording/start");
  await until(async () => ((await recorder.status()).duration ?? 0) > 0.5);
  await view.send("POST", "recording/stop");
  const [newest] = await view.told<{ id: string }[]>("recordings");
  return newest?.id ?? "";
}

testWith("chromium")("what was refused for a limit is shown once it may be asked again, by itself", async () => {
  const page = await openRecordings();
  await page.route(/\/api\/recording/, (route) =>
    route.fulfill({ status: 429, json: { status: "error", code: "RATE_LIMITED", error: "Slow down", retry_after: 1 } }),
  );
  await page.reload();
  await page.locator(".recordings .error-note", { hasText: "Try again in 1 s." }).first().waitFor();
  await page.unrouteAll();
  await settled(page);
  await page.locator(".storage-bar").waitFor();
  await page.context().close();
});

testWith("chromium")(
  "a recording from start to stop asks for little, and the keyboard goes on where it was",
  async () => {
    const page = await openRecordings();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (/\/api\/(recording|events)/.test(request.url())) asked.push(`${request.method()} ${request.url()}`);
    });
    await page.locator("[data-order=start]").focus();
    await page.keyboard.press("Enter");
    await page.locator("[data-order=stop]").waitFor();
    expect(await focused(page)).not.toBe("BODY");
    await page.locator("#elapsed", { hasText: /00:0[1-9]/ }).waitFor();
    await order(page, "stop");
    await page.locator(".list-row").first().waitFor();
    await page.locator(".list-row .recording-badge").waitFor({ state: "detached" });
    await settled(page);
    expect(asked.length, asked.join("\n")).toBeLessThanOrEqual(MOST_REQUESTS);
    await page.context().close();
  },
);

testWith("chromium")("a tag that is removed takes none along that somebody else has set meanwhile", async () => {
  const id = await record();
  await view.send("PATCH", `recordings/${id}`, { tags: ["one", "two"] });
  const page = await openRecordings();
  await page.locator(".list-open").first().click();
  await tag(page, "one").waitFor();
  await view.send("PATCH", `recordings/${id}`, { tags: ["one", "two", "three"] });
  await tag(page, "one").locator(".button").focus();
  await page.keyboard.press("Enter");
  await page.locator("#remove-tag").focus();
  await page.keyboard.press("Enter");
  const titles = async () =>
    (await view.told<{ tags: { title: string }[] }>(`recordings/${id}/info`)).tags.map(({ title }) => title);
  await until(async () => Bun.deepEquals(await titles(), ["two", "three"]));
  await tag(page, "three").waitFor();
  // the dialog and what opened it are gone
  await until(async () => (await focused(page)) !== "BODY");
  await page.context().close();
});

testWith("chromium")("a filter that is cleared leaves nothing in its field", async () => {
  await view.send("POST", "snapshot");
  const page = await openRecordings();
  await page.locator("[name=tag]").fill("zzz");
  await page.keyboard.press("Enter");
  await page.locator(".list .empty button").click();
  await page.locator(".list-row").first().waitFor();
  expect(await page.locator("[name=tag]").inputValue()).toBe("");
  await page.context().close();
});
