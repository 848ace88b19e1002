import { afterAll, beforeAll, expect } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { testWith } from "../support/conditional-tests.ts";
import { mountSmallDisk, testAsRoot } from "../support/small-disk.ts";
import { type SystemViewTest, startSystemViewTest, USER_PASSWORD } from "../support/system-view.ts";
import { until } from "../support/until.ts";
import { logIn } from "../support/web-page.ts";

/** Those that ask the camera for what they show. */
const ASKING = ["overview", "streams", "events", "users", "tokens", "audit", "certificate", "network"];
/** What the camera may say to any question, and what the page says then. */
const REFUSALS = [
  [403, { code: "FORBIDDEN", error: "This needs the permission Test_r" }, "This needs the permission Test_r."],
  [429, { code: "RATE_LIMITED", error: "Rate limit exceeded", retry_after: 42 }, "Try again in 42 s."],
  [503, { code: "STORAGE_UNAVAILABLE", error: "The disk" }, "The camera cannot write to its storage"],
  [500, { code: "INTERNAL", error: "Something went wrong" }, "Something went wrong."],
] as const;

let view: SystemViewTest;
let folder: string;
let unmount: (() => void) | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  if (process.getuid?.() === 0) unmount = mountSmallDisk(folder, 16);
  view = await startSystemViewTest("--data-dir", folder);
});
afterAll(async () => {
  await view[Symbol.asyncDispose]();
  unmount?.();
  rmSync(folder, { recursive: true, force: true });
});

const goTo = (page: Page, part: string) => page.evaluate(`location.hash = "#/system/${part}"`);
const note = (page: Page, text: string) => page.locator(".error-note", { hasText: text }).first();

testWith("chromium")("every page says what the camera refused, and shows everything once it may", async () => {
  const page = await view.openAs("admin", "account");
  for (const [index, part] of ASKING.entries()) {
    const [status, answer, said] = REFUSALS[index % REFUSALS.length] ?? REFUSALS[0];
    await page.route(/\/api\/(?!session|snapshot|support)/, (route) =>
      route.fulfill({ status, contentType: "application/json", body: JSON.stringify({ status: "error", ...answer }) }),
    );
    await goTo(page, part);
    await note(page, said).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await page.unrouteAll();
    await until(async () => {
      await page.evaluate("document.querySelectorAll('.system-page .error-note button').forEach((one) => one.click())");
      return (await page.locator(".system-page .error-note").count()) === 0;
    });
    await page.locator(".system-page").locator("tbody tr, dl, .empty").first().waitFor();
  }
  await page.context().close();
});

testWith("chromium")("what was asked too often is asked again when it is time, and the sentence goes", async () => {
  const page = await view.openAs("admin", "account");
  for (const part of ASKING) {
    await page.route(/\/api\/(?!session|snapshot|support)/, (route) =>
      route.fulfill({ status: 429, json: { code: "RATE_LIMITED", retry_after: 1 } }),
    );
    await goTo(page, part);
    await note(page, "Try again in 1 s.").waitFor();
    await page.unrouteAll();
    await until(async () => (await page.locator(".system-page .error-note").count()) === 0);
  }
  await page.context().close();
});

testWith("chromium")("without a connection every page says so, and comes back by itself", async () => {
  const page = await view.openAs("admin", "account");
  await page.context().setOffline(true);
  for (const part of ASKING) {
    await goTo(page, part);
    await note(page, "The camera does not answer.").waitFor();
  }
  await page.context().setOffline(false);
  await page.locator(".system-page").locator("tbody tr, dl, .empty").first().waitFor();
  await until(async () => (await page.locator(".system-page .error-note").count()) === 0);
  await page.context().close();
});

testWith("chromium")("a login that ended elsewhere costs nothing that was entered", async () => {
  await view.send("POST", "users", { name: "otto", password: USER_PASSWORD, role: "administrator" });
  const page = await view.openAs("otto", "users");
  await page.locator("#add-user").click();
  const form = page.locator("#user-form");
  await form.locator("[name=name]").fill("eva");
  await form.locator("[name=password]").fill(USER_PASSWORD);
  const headers = { Authorization: `Basic ${btoa(`otto:${USER_PASSWORD}`)}` };
  const ended = await fetch(`${view.server.http}/api/logout?all`, { method: "POST", headers });
  expect(ended.status).toBe(200);
  // asked for by itself, over the dialog that stays
  await page.locator("#login").waitFor();
  await logIn(page, "otto", USER_PASSWORD);
  await until(async () => (await page.locator("#login").count()) === 0);
  expect(await form.locator("[name=name]").inputValue()).toBe("eva");
  await form.locator("[type=submit]").click();
  await until(async () => (await view.status("users/eva")) === 200);
  await page.context().close();
});

testAsRoot("on a full disk nothing that was entered is lost, and what needs no disk still works", async () => {
  await view.send("POST", "users", { name: "lotte", password: USER_PASSWORD, role: "administrator" });
  const page = await view.openAs("admin", "users");
  await page.locator("tbody tr").first().waitFor();
  const filler = join(folder, "filler");
  try {
    writeFileSync(filler, new Uint8Array(16 << 20));
  } catch {
    // as full as it gets
  }
  await page.locator("#add-user").click();
  const form = page.locator("#user-form");
  await form.locator("[name=name]").fill("full");
  await form.locator("[name=password]").fill(USER_PASSWORD);
  await form.locator("[type=submit]").click();
  await note(page, "The camera cannot write to its storage").waitFor();
  expect(await form.locator("[name=name]").inputValue()).toBe("full");
  await page.keyboard.press("Escape");

  await goTo(page, "schedule");
  await page.locator("#window-form [name=from]").fill("10:15");
  await page.locator("#window-form [name=to]").fill("10:45");
  await page.locator("#window-form [type=submit]").click();
  await page.locator("#save-draft").click();
  await page.locator(".draft-bar .error-note").waitFor();
  expect(await page.getByText("10:15–10:45").count()).toBeGreaterThan(0);

  // who makes room has to get in
  const other = await view.openAs("lotte", "storage");
  await other.locator("dl").first().waitFor();
  await other.context().close();

  const { status } = await page.request.get(`${view.server.http}/api/support`).then((answer) => ({
    status: answer.status(),
  }));
  expect(status).toBe(200);
  rmSync(filler);
  await page.locator("#save-draft").click();
  await until(async () => ((await view.setting("record-schedule")) as unknown[]).length > 0);
  await page.context().close();
});
