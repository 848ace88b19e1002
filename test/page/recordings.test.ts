import { afterAll, beforeAll, expect } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { callApi, type ListedRecording, recorderOf } from "../support/recorder-client.ts";
import { addRecordingRows } from "../support/recording-rows.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const SCREENSHOTS = process.env.RD_SCREENSHOTS ?? join(import.meta.dirname, "../../dist/screenshots");
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_MEDIA_PER_SECOND: "0" };
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1440, height: 900 };
/** What people may enter: markup, right to left, long. */
const HOSTILE = ["<img src=x onerror=alert(1)>", "שלום מצלמה", "a".repeat(128)];
const MANY = 100_000;
const MINUTE_MS = 60_000;

let folder: string;
let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-web-recordings-"));
  server = await startServer(["--data-dir", folder], UNLIMITED);
  // small pictures are encoded and played soon, also where five tests share the machine
  await callApi(server, "POST", "/api/settings", { resolution: "640x360" });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(at: Pick<TestServer, "http">, isAdministrator = true, look: object = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: DESK, locale: "en-US", colorScheme: "dark", ...look });
  const data = { username: "admin", password: "password" };
  if (isAdministrator) await context.request.post(`${at.http}/api/login`, { data });
  const page = await context.newPage();
  await page.goto(`${at.http}/#/recordings`);
  await page.locator("#recorder-state").waitFor();
  return page;
}

const list = async () => (await callApi<readonly ListedRecording[]>(server, "GET", "/api/recordings?limit=1000")).data;
const says = (page: Page, selector: string, text: string | RegExp) =>
  page.locator(selector).filter({ hasText: text }).first().waitFor();
const order = (page: Page, name: string) => page.locator(`[data-order=${name}]`).click();
const rows = (page: Page) => page.locator(".list-row").count();
const fits = (page: Page) => page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth");
const show = (page: Page, day: string) => page.evaluate(`location.hash = "#/recordings/${day}"`);
const video = <T>(page: Page, property: string) => page.evaluate<T>(`document.querySelector("video")?.${property}`);

async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `recordings-${name}.png`) });
}

/** Asks for a download and answers what came. */
async function download(page: Page, selector: string): Promise<Uint8Array> {
  const [started] = await Promise.all([page.waitForEvent("download"), page.locator(selector).click()]);
  return await Bun.file(await started.path()).bytes();
}

testWith("chromium")(
  "records, and what was recorded is found, played, tagged, taken away and deleted; a second page follows",
  async () => {
    const page = await open(server);
    const other = await open(server);
    const complaints = complaintsOf(page);
    await says(page, ".empty", "Nothing was recorded on this day");
    await order(page, "start");
    for (const each of [page, other]) await says(each, "#recorder-state", /^Recording$/);
    await says(page, "#elapsed", /00:0[2-9]/);
    await keep(page, "desk-dark-running");
    await order(page, "pause");
    await says(other, "#recorder-state", "Paused");
    expect((await recorderOf(server).status()).state).toBe("paused");
    await order(page, "resume");
    await until(async () => (await recorderOf(server).status()).state === "recording");
    await says(page, "#recorder-state", /^Recording$/);
    await order(page, "stop");
    for (const each of [page, other]) await until(async () => (await rows(each)) === 1);
    await until(async () => (await list())[0]?.state === "ready");
    await page.locator(".list-row .recording-badge").waitFor({ state: "detached" });
    const [recorded] = await list();
    if (recorded === undefined) throw new Error("nothing was recorded");
    await other.context().close();

    await page.locator(".list-open").click();
    await until(async () => ((await video<number>(page, "currentTime")) ?? 0) > 0.3);
    await says(page, ".player-name", recorded.filename);
    await video(page, "pause()");
    await seekByKeys(page, recorded);
    await tagAndUntag(page, recorded);

    const whole = await download(page, "#download");
    expect(whole.length).toBe(recorded.file_size);
    const boxes = Buffer.from(await download(page, "#download-mp4")).toString("latin1");
    expect([boxes.includes("moov"), boxes.includes("moof")]).toEqual([true, false]);

    await order(page, "snapshot");
    await until(async () => (await rows(page)) === 2);
    await removeAll(page, recorded.filename);
    // the test cut the connection, and the page let go of the video
    expect(complaints.filter((each) => !/ERR_(INTERNET_DISCONNECTED|ABORTED)/.test(each))).toEqual([]);
    await page.context().close();
  },
);

/** Zoom and arrows on the timeline move the video. */
async function seekByKeys(page: Page, { filename, start }: ListedRecording): Promise<void> {
  const timeline = page.locator("#timeline");
  await timeline.focus();
  await page.keyboard.press("Home");
  await until(async () => ((await video<number>(page, "currentTime")) ?? 1) < 0.05);
  for (let step = 0; step < 12; step++) await page.keyboard.press("+");
  const shown = Number(await timeline.getAttribute("data-to")) - Number(await timeline.getAttribute("data-from"));
  expect(shown).toBeLessThan(MINUTE_MS);
  expect(Number(await timeline.getAttribute("data-from"))).toBeLessThanOrEqual(start);
  for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowRight");
  await until(async () => ((await video<number>(page, "currentTime")) ?? 0) > 0.5);
  expect(await timeline.getAttribute("aria-valuetext")).toContain(filename);
  const box = await timeline.boundingBox();
  const at = Number(await timeline.getAttribute("aria-valuenow"));
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20);
  await page.locator(".timeline-preview").waitFor();
  await page.mouse.down();
  await until(async () => Number(await timeline.getAttribute("aria-valuenow")) !== at);
  await page.mouse.up();
}

async function tagAndUntag(page: Page, { id, start, end = start }: ListedRecording): Promise<void> {
  const tags = async () =>
    (
      await callApi<{ tags: readonly { title: string; timestamp: number }[] }>(
        server,
        "GET",
        `/api/recordings/${id}/info`,
      )
    ).data.tags;
  const [hostile = "", ...others] = HOSTILE;
  const input = page.locator("#add-tag input");
  await page.context().setOffline(true);
  await input.fill(hostile);
  await page.locator("#add-tag button").click();
  await says(page, "#add-tag", "The camera does not answer");
  expect(await input.inputValue()).toBe(hostile);
  await page.context().setOffline(false);
  for (const title of [hostile, ...others]) {
    await input.fill(title);
    await page.locator("#add-tag button").click();
    await until(async () => (await page.locator(".chip-name").allTextContents()).includes(title));
  }
  expect((await tags()).map(({ title }) => title)).toEqual(expect.arrayContaining(HOSTILE));
  // by the clock, to which the pause belongs
  expect((await tags()).every(({ timestamp }) => timestamp >= start && timestamp <= end + 1)).toBe(true);
  expect(await fits(page)).toBe(true);
  await keep(page, "desk-dark-tags");
  await page.locator(".tags-editor .chip").filter({ hasText: hostile }).locator(".button").click();
  await says(page, "dialog", hostile);
  expect(await tags()).toHaveLength(HOSTILE.length);
  await page.locator("#remove-tag").click();
  await until(async () => (await tags()).length === HOSTILE.length - 1);
  await until(async () => !(await page.locator(".chip-name").allTextContents()).includes(hostile));
}

async function removeAll(page: Page, filename: string): Promise<void> {
  await page.locator("#select-all").check();
  await page.locator("#remove-selected").click();
  await says(page, "#removal", filename);
  await says(page, "#removal", "One of them has tags.");
  await keep(page, "desk-dark-delete");
  await page.keyboard.press("Escape");
  await page.locator("#removal").waitFor({ state: "detached" });
  expect(await list()).toHaveLength(2);
  await page.locator("#remove-selected").click();
  await page.locator("#remove").click();
  await until(async () => (await list()).length === 0);
  await says(page, ".empty", "Nothing was recorded on this day");
}

testWith("chromium")(`lists ${MANY} recordings a page at a time, by time, kind and tag`, async () => {
  const newest = new Date(2026, 5, 15, 12).getTime();
  addRecordingRows({ dataFolder: folder, count: MANY, newestMs: newest, names: HOSTILE, tag: HOSTILE[0] ?? "" });
  const page = await open(server, true, { viewport: PHONE, locale: "de-DE", colorScheme: "light" });
  const answers: string[] = [];
  page.on("response", (answer) => answers.push(answer.url()));
  // without a day in the address that of the newest is shown
  const newestDay = new Date((await list())[0]?.start ?? 0).toLocaleDateString("sv");
  await until(() => page.url().endsWith(newestDay));
  await show(page, "2026-06-15");
  await until(async () => (await rows(page)) === 50);
  await page.locator("#older").click();
  await says(page, ".pages", "Seite 2");
  await until(async () => (await rows(page)) === 50);
  await page.locator("[name=period]").selectOption("all");
  await page.locator("[name=tag]").fill(HOSTILE[0] ?? "");
  await page.keyboard.press("Enter");
  await until(async () => (await rows(page)) === 2);
  await until(() => fits(page));
  await page.locator("[name=kind]").selectOption("snapshot");
  await says(page, ".empty", "Nichts entspricht dieser Auswahl");
  await keep(page, "phone-light-german");
  await page.locator(".day-line-keys [aria-expanded]").click();
  await page.locator(".day-line .calendar-videos").first().waitFor();
  await page.locator('.day-line [data-day="2026-06-14"]').click();
  await until(() => page.url().endsWith("2026-06-14"));
  await says(page, "#day", "14.06.2026");
  expect(answers.filter((url) => url.includes("/api/recordings?")).length).toBeLessThan(30);
  expect(await page.locator("#timeline .block").count()).toBeLessThan(1100);
  await keep(page, "phone-light-calendar");
  await page.context().close();
});

testWith("chromium")("who may only look is told so, and is offered nothing else", async () => {
  const page = await open(server, false);
  await says(page, ".recorder", "You may look, but not record: that needs the permission Media_rw.");
  await show(page, "2026-06-15");
  await says(page, ".list-row", "File is gone");
  await page.locator(".list-open").first().click();
  await says(page, ".screen", "The file of this recording is gone");
  for (const control of ["[data-order]", "#add-tag", "#delete", "#select-all"])
    expect([control, await page.locator(control).count()]).toEqual([control, 0]);
  await page.context().close();
});

testWith("chromium")("a full disk and a disk that is gone are said where they matter, with what is kept", async () => {
  const data = mkdtempSync(join(tmpdir(), "rotordream-web-disk-"));
  const rules = { ROTORDREAM_RECORDING_MIN_FREE_PERCENT: "100", ROTORDREAM_RETENTION_DAYS: "7" };
  const full = await startServer(["--data-dir", data], { ...UNLIMITED, ...rules });
  try {
    const page = await open(full, true, { colorScheme: "light" });
    await says(page, ".storage", "The disk is full");
    await says(page, ".storage", "Recordings older than 7 days are deleted.");
    await order(page, "start");
    await says(page, ".recorder .error-note", /room|storage/i);
    await keep(page, "desk-light-full");
    const marker = join(data, "recordings/.rotordream-volume");
    renameSync(marker, `${marker}.away`);
    await page.reload();
    await says(page, ".storage .error-note", "The camera cannot write to its storage");
    await keep(page, "desk-light-gone");
    renameSync(`${marker}.away`, marker);
    await page.locator(".storage .error-note button").click();
    await says(page, ".storage", "The disk is full");
    await page.context().close();
  } finally {
    await full.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
