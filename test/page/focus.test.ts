import { afterAll, beforeAll, expect } from "bun:test";
import type { Page } from "playwright-core";
import { testWith } from "../support/conditional-tests.ts";
import { type SystemViewTest, startSystemViewTest, USER_PASSWORD } from "../support/system-view.ts";
import { until } from "../support/until.ts";
import { logIn, playing } from "../support/web-page.ts";

let view: SystemViewTest;
beforeAll(async () => {
  view = await startSystemViewTest();
});
afterAll(() => view[Symbol.asyncDispose]());

/** Presses what has this name, by keyboard. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name, exact: true }).first().focus();
  await page.keyboard.press("Enter");
}

/** Whether something below the page's frame has the focus, and not its beginning. */
const isKept = (page: Page) => page.evaluate<boolean>("document.activeElement.closest('main, dialog') !== null");

testWith("chromium")("the keyboard goes on where it was when what it pressed is gone", async () => {
  await view.send("POST", "users", { name: "eva", password: USER_PASSWORD, role: "viewer" });
  await view.send("POST", "settings", { brightness: 70 });
  const page = await view.openAs("admin", "users");
  const goTo = (place: string) => page.evaluate(`location.hash = "#/${place}"`);
  await press(page, "Remove eva");
  await page.locator("dialog [type=submit]").focus();
  await page.keyboard.press("Enter");
  await page.getByTitle("Remove eva").waitFor({ state: "detached" });
  await until(() => isKept(page));
  await goTo("");
  await playing(page);
  await press(page, "Record");
  await page.getByTitle("Stop", { exact: true }).waitFor();
  await until(() => isKept(page));
  await page.getByTitle("Stop", { exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  await until(() => isKept(page));
  await goTo("control/image");
  await press(page, /^Reset Brightness/);
  await view.becomes("brightness", 50);
  await until(() => isKept(page));
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.closest('.rail')")).toBeNull();
  await page.context().close();
});

testWith("chromium")("a login in another tab is noticed when this one is looked at again", async () => {
  const page = await view.openAs(undefined, "account");
  await page.goto(`${view.server.http}/#/`);
  await page.locator("#account").click();
  await page.locator("dialog .button-main").click();
  await page.locator("#login").waitFor();
  const data = { username: "admin", password: "password" };
  await page.context().request.post(`${view.server.http}/api/login`, { data });
  await page.evaluate("dispatchEvent(new Event('focus'))"); // headless pages have the focus always
  await page.locator("#login").waitFor({ state: "detached" });
  await page.locator("#account", { hasText: "admin" }).waitFor();
  await page.locator("#record").waitFor();
  await page.context().close();
});

testWith("chromium")("a login leads into the view", async () => {
  const page = await view.openAs(undefined, "account");
  await page.goto(`${view.server.http}/#/`);
  await logIn(page);
  await until(() => isKept(page));
  await page.context().close();
});
