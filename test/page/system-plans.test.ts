import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { testWith } from "../support/conditional-tests.ts";
import { PHONE, type SystemViewTest, startSystemViewTest, USER_PASSWORD } from "../support/system-view.ts";
import { until } from "../support/until.ts";
import { logIn } from "../support/web-page.ts";

let view: SystemViewTest;
beforeAll(async () => {
  view = await startSystemViewTest();
});
afterAll(() => view[Symbol.asyncDispose]());

const shows = (page: Page, text: string) => page.getByText(text).first().waitFor();

describe("what the camera does by itself", () => {
  testWith("chromium")("the week is painted, a second page follows, a refusal loses nothing", async () => {
    const [page, other] = [await view.openAs("admin", "schedule"), await view.openAs("admin", "schedule")];
    const cell = (row: number, hour: number) => page.locator(`.week-cell[data-row="${row}"][data-hour="${hour}"]`);
    await cell(0, 8).waitFor();
    const [from, to] = [await cell(0, 8).boundingBox(), await cell(1, 9).boundingBox()];
    if (from === null || to === null) throw new Error("the grid is not seen");
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(to.x + 5, to.y + 5, { steps: 3 });
    await page.mouse.up();
    await cell(6, 23).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowLeft");
    expect(await page.evaluate("document.activeElement.dataset.hour")).toBe("22");
    await page.locator("#window-form [name=day]").selectOption("3");
    await page.locator("#window-form [name=from]").fill("10:15");
    await page.locator("#window-form [name=to]").fill("10:45");
    await page.locator("#window-form [type=submit]").click();
    expect(await cell(2, 10).getAttribute("aria-pressed")).toBe("mixed");
    expect(await view.setting("record-schedule")).toEqual([]);
    await page.locator("#save-draft").click();
    const saved = [
      { day: 0, from: "23:00", to: "24:00" },
      { day: 1, from: "08:00", to: "10:00" },
      { day: 2, from: "08:00", to: "10:00" },
      { day: 3, from: "10:15", to: "10:45" },
    ];
    await view.becomes("record-schedule", saved);
    await other.getByText("10:15–10:45").waitFor();

    // ten a day are more than the camera keeps
    for (let hour = 0; hour < 24; hour += 2) {
      const two = (value: number) => String(value).padStart(2, "0");
      await page.locator("#window-form [name=day]").selectOption("all");
      await page.locator("#window-form [name=from]").fill(`${two(hour)}:00`);
      await page.locator("#window-form [name=to]").fill(`${two(hour)}:30`);
      await page.locator("#window-form [type=submit]").click();
    }
    await page.locator("#save-draft").click();
    await page.locator(".draft-bar .error-note").waitFor();
    expect(await page.getByText("06:00–06:30").count()).toBe(7);
    expect(await view.setting("record-schedule")).toEqual(saved);
    await page.getByRole("button", { name: "Discard" }).click();
    await until(async () => (await page.getByText("06:00–06:30").count()) === 0);
    await view.send("POST", "settings/reset", { keys: ["record-schedule"] });
    for (const each of [page, other]) await each.context().close();
  });

  testWith("chromium")("what is not saved yet waits while one looks elsewhere, for nobody else", async () => {
    await view.send("POST", "users", { name: "otto", password: USER_PASSWORD, role: "administrator" });
    const page = await view.openAs("otto", "schedule");
    const goTo = async (place: string, sign: string) => {
      await page.evaluate(`location.hash = "#/${place}"`);
      await page.locator(sign).first().waitFor();
    };
    await page.locator("#window-form [name=from]").fill("10:15");
    await page.locator("#window-form [name=to]").fill("10:45");
    await page.locator("#window-form [type=submit]").click();
    await goTo("system/storage", "[name=days]");
    await page.locator("[name=days]").fill("30");
    await goTo("system/users", "tbody tr");
    await goTo("", "#video");
    await goTo("system/schedule", "#save-draft");
    expect(await page.getByText("10:15–10:45").count()).toBe(7);
    await shows(page, "Not saved yet.");
    // what somebody else saves while nobody looks is told as well
    await goTo("system/users", "tbody tr");
    await view.send("POST", "settings", { "record-schedule": [{ day: 1, from: "08:00", to: "10:00" }] });
    await goTo("system/schedule", "#save-draft");
    await shows(page, "Somebody else has changed this meanwhile.");
    await page.locator("#save-draft").click();
    await until(async () => ((await view.setting("record-schedule")) as unknown[]).length === 7);
    await until(async () => (await page.locator(".draft-bar").count()) === 0);
    await goTo("system/users", "tbody tr");
    const headers = { Authorization: `Basic ${btoa(`otto:${USER_PASSWORD}`)}` };
    await fetch(`${view.server.http}/api/logout?all`, { method: "POST", headers });
    await page.locator("#login").waitFor();
    await logIn(page, "otto", USER_PASSWORD);
    await goTo("system/storage", "#save-draft");
    expect(await page.locator("[name=days]").inputValue()).toBe("30");
    await fetch(`${view.server.http}/api/logout?all`, { method: "POST", headers });
    await page.locator("#login").waitFor();
    await logIn(page, "admin", "password");
    await until(async () => (await page.locator("[name=days]").inputValue()) === "");
    await view.send("POST", "settings/reset", { keys: ["record-schedule"] });
    await view.send("DELETE", "users/otto");
    await page.context().close();
  });

  testWith("chromium")("zones are drawn on the turned picture, moved with keys and removed", async () => {
    await view.send("POST", "settings", { flip: "horizontal" });
    const page = await view.openAs("admin", "motion");
    await page.locator(".zones img").waitFor();
    const box = await page.locator(".zones").boundingBox();
    if (box === null) throw new Error("the picture is not seen");
    const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
    await page.mouse.move(...at(0.1, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.4, 0.6), { steps: 4 });
    await page.mouse.up();
    await page.locator("#save-draft").click();
    const zones = async () => (await view.setting("motion-zones")) as readonly (readonly number[])[];
    await until(async () => (await zones()).length === 1);
    // mirrored: what is drawn on the left lies on the camera's right
    for (const [index, wanted] of [0.6, 0.2, 0.3, 0.4].entries()) {
      expect((await zones())[0]?.[index]).toBeCloseTo(wanted, 2);
    }
    await page.locator(".zone").focus();
    for (const key of ["ArrowLeft", "ArrowDown", "Shift+ArrowRight"]) await page.keyboard.press(key);
    await page.locator("#save-draft").click();
    await until(
      async () => Math.abs(((await zones())[0]?.[3] ?? 0) - 0.4) < 0.01 && ((await zones())[0]?.[1] ?? 0) > 0.205,
    );
    expect((await zones())[0]?.[2]).toBeCloseTo(0.31, 2);
    await page.locator(".zone").focus();
    await page.keyboard.press("Delete");
    await page.locator("#save-draft").click();
    await view.becomes("motion-zones", []);
    await page.getByRole("switch", { name: "Detect motion" }).check();
    await view.becomes("motion-detection", true);
    await page.getByRole("slider", { name: "Sensitivity" }).fill("80");
    await view.becomes("motion-sensitivity", 80);
    await view.send("POST", "settings/reset", { keys: ["flip", "motion-detection", "motion-sensitivity"] });
    await page.context().close();
  });

  testWith("chromium")("a lower limit says what it deletes, the oldest go, tagged ones stay", async () => {
    const page = await view.openAs("admin", "storage");
    const other = await view.openAs("admin", "storage", PHONE);
    const snap = async () => (await view.ask<{ id: string; file_size: number }>("POST", "snapshot")).data;
    const taken = [await snap(), await snap(), await snap(), await snap()];
    const [tagged, second, third, newest] = taken;
    if (tagged === undefined || second === undefined || third === undefined || newest === undefined) throw Error();
    await view.send("PATCH", `recordings/${tagged.id}`, { tags: ["keep"] });
    // room for the tagged one, the newest, and half another
    const limit = tagged.file_size + newest.file_size + Math.trunc(third.file_size / 2);
    const size = page.locator("[name=gigabytes]");
    await size.fill("-1");
    await page.locator(".field-error").waitFor();
    expect(await page.locator("#save-draft").count()).toBe(0);
    await size.fill(String(limit / 1e9));
    await page.locator("#save-draft").click();
    await page.getByText(/files that go now: 2,/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).first().click();
    expect(await view.told("recordings/retention")).toMatchObject({ bytes: 0 });
    await page.locator("#save-draft").click();
    await page.locator("dialog [type=submit]").click();
    const left = async () => (await view.told<{ id: string }[]>("recordings")).map(({ id }) => id);
    await until(async () => Bun.deepEquals(await left(), [newest.id, tagged.id]));
    expect(await view.told("recordings/retention")).toMatchObject({ bytes: limit, fixed: {} });
    await until(async () => (await other.locator("[name=gigabytes]").inputValue()) === String(limit / 1e9));

    // what deletes nothing needs no question; what fails keeps what was entered
    await page.locator("[name=days]").fill("30");
    await page.context().setOffline(true);
    await page.locator("#save-draft").click();
    await page.locator("dialog [type=submit]").click();
    await page.locator("dialog .error-note").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Cancel" }).first().click();
    expect(await page.locator("[name=days]").inputValue()).toBe("30");
    await page.locator("#save-draft").click();
    await until(async () => (await view.told<{ days: number }>("recordings/retention")).days === 30);
    await until(async () => (await page.locator(".draft-bar, dialog").count()) === 0);
    await view.send("PATCH", "recordings/retention", { days: 0, bytes: 0 });
    for (const each of [page, other]) await each.context().close();
  });

  testWith("chromium")("events come while one looks, are filtered, and come in pages", async () => {
    const page = await view.openAs("admin", "events");
    await page.locator("tbody tr").first().waitFor();
    await view.send("POST", "settings", { brightness: 61 });
    await page.getByText('{"brightness":61}').waitFor();
    await page.locator("select").selectOption("camera-online");
    await until(async () => (await page.getByText("Settings changed").count()) === 1); // the choice alone
    await page.locator("select").selectOption("settings-changed");
    await page.locator("[name=search]").fill("CONTRAST");
    await shows(page, "No line matches.");
    // what happens while one looks passes the same filter
    await view.send("POST", "settings", { contrast: 61 });
    await page.getByText('{"contrast":61}').waitFor();
    await view.send("POST", "settings", { brightness: 62 });
    await view.send("POST", "settings", { contrast: 62 });
    await page.getByText('{"contrast":62}').waitFor();
    expect(await page.getByText('{"brightness"').count()).toBe(0);
    await page.locator("[name=to]").fill("2020-01-01T00:00");
    await shows(page, "No line matches.");
    await page.getByRole("button", { name: "Show all lines" }).click();
    await page.getByText('{"brightness":62}').waitFor();
    const count = (await view.told<unknown[]>("events")).length;
    // pages of fifty would need as many events
    await page.route("**/api/events?*", (route) => route.continue({ url: route.request().url().replace("=50", "=2") }));
    await page.reload();
    for (let shown = 2; shown < count; shown += 2) {
      await page.getByRole("button", { name: "Show more" }).click();
      await until(async () => (await page.locator("tbody tr").count()) >= Math.min(count, shown + 2));
    }
    await until(async () => (await page.getByRole("button", { name: "Show more" }).count()) === 0);
    await page.route("**/api/audit?*", (route) => route.continue({ url: route.request().url().replace("=100", "=1") }));
    await page.goto(`${view.server.http}/#/system/audit`);
    await page.locator("[type=search]").fill("<b>\u202eno such line</b> 😀");
    await shows(page, "No line matches.");
    await page.locator("[type=search]").fill("");
    await page.locator("[name=action]").selectOption("settings-changed");
    // one line is loaded, and all are searched
    await until(async () => (await page.locator("tbody tr").count()) === 1);
    await page.locator("[type=search]").fill("gain");
    await shows(page, "No line matches.");
    await page.locator("[type=search]").fill("brightness");
    await page.locator("tbody tr", { hasText: "brightness" }).waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await until(async () => (await page.locator("tbody tr", { hasText: "brightness" }).count()) === 2);
    await page.context().close();
  });
});
