import { afterAll, beforeAll, describe, expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { freePort } from "../support/free-port.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { fits, keepScreenshot, logIn, openPage, picturesShown, playing, SIZES } from "../support/web-page.ts";

const IS_LONG = process.env.RD_LONG === "1";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** What the camera says a setting is. */
async function setting(url: string, key: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/settings/${key}`, {
    headers: { Authorization: `Basic ${btoa("admin:password")}` },
  });
  return ((await answer.json()) as Record<string, unknown>)[key];
}

const textOf = async (page: Page, selector: string) => (await page.locator(selector).allTextContents()).join(" ");

describe("the live view", () => {
  testWith("chromium")("tells a wrong password, keeps the name, and plays after the right one", async () => {
    await using server = await startServer(["--anonymous", "guest"]);
    const page = await openPage(browser, server.http);
    await logIn(page, "admin", "wrong password");
    await until(async () => /User name or password is wrong/.test(await textOf(page, "[role=alert]")));
    expect(await page.locator("#login input[name=username]").inputValue()).toBe("admin");
    await keepScreenshot(page, "login-wrong-desk-dark");
    await page.locator("#login input[name=password]").fill("password");
    await page.locator("#login button[type=submit]").click();
    await playing(page);
    const shown = await picturesShown(page);
    await until(async () => (await picturesShown(page)) > shown + 30);
    await page.context().close();
  });

  testWith("chromium")("saves a picture, records and counts, and a second page follows", async () => {
    await using server = await startServer();
    const [page, other] = [await openPage(browser, server.http), await openPage(browser, server.http)];
    const complaints = complaintsOf(page);
    for (const each of [page, other]) {
      await logIn(each);
      await playing(each);
    }
    const coming = page.waitForEvent("download");
    await page.locator("#snapshot").click();
    const saved = await coming;
    expect(saved.suggestedFilename()).toMatch(/^snapshot_\d{8}_\d{6}\.jpg$/);
    expect(
      readFileSync(await saved.path())
        .subarray(0, 3)
        .toHex(),
    ).toBe("ffd8ff");
    // a camera that is asked too often is asked again
    let refusals = 0;
    await page.route("**/api/recording/status", (route) =>
      refusals++ === 0
        ? route.fulfill({ status: 429, json: { status: "error", error: "slow down" } })
        : route.continue(),
    );
    await page.locator("#record").click();
    for (const each of [other, page]) await until(async () => /^00:0[2-9]$/.test(await textOf(each, "#elapsed")));
    await keepScreenshot(page, "live-recording-desk-dark");
    await other.locator("#record").click();
    await until(async () => (await textOf(page, "#record")) === "Record");
    expect(refusals).toBeGreaterThan(1);
    expect(complaints.filter((complaint) => !complaint.includes("429"))).toEqual([]);
    for (const each of [page, other]) await each.context().close();
  });

  testWith("chromium")(
    "steers by keys, drag and pad, turns the rotor and the light, and a second page follows",
    async () => {
      await using server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
      const [page, other] = [await openPage(browser, server.http), await openPage(browser, server.http)];
      for (const each of [page, other]) await logIn(each);
      await playing(page);
      await page.getByRole("slider", { name: "Zoom" }).fill("3");
      await until(async () => (await setting(server.http, "zoom")) === 3);
      await until(async () => (await other.getByRole("slider", { name: "Zoom" }).inputValue()) === "3");
      const pan = async () => Number(await setting(server.http, "pan"));
      await page.locator(".stage").focus();
      await page.keyboard.down("ArrowRight");
      await until(async () => (await pan()) > 0.05);
      await page.keyboard.up("ArrowRight");
      await stands(pan);
      const right = await pan();
      const box = await page.locator(".stage").boundingBox();
      const [x, y] = [(box?.x ?? 0) + 300, (box?.y ?? 0) + 300];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 250, y, { steps: 5 });
      await until(async () => (await pan()) < right - 0.05);
      await page.mouse.up();
      await stands(pan);
      await page.getByRole("button", { name: "Home position" }).click();
      await until(async () => (await pan()) === 0);
      await page.getByRole("slider", { name: "Direction and speed" }).fill("-40");
      await until(async () =>
        JSON.stringify(await setting(server.http, "rotor")).includes('"counterclockwise","speed":40'),
      );
      await page.getByRole("button", { name: "Stop the rotor" }).click();
      await page.getByRole("switch", { name: "Light of camera 1" }).click();
      await until(async () => (await other.getByRole("switch", { name: "Light of camera 1" }).isChecked()) === true);
      for (const each of [page, other]) await each.context().close();
    },
  );

  testWith("chromium")("magnifies by wheel and keys, moves what is magnified, and shows all again", async () => {
    await using server = await startServer();
    const page = await openPage(browser, server.http);
    await playing(page);
    const transform = () => page.evaluate<string>("document.querySelector('.stage-picture').style.transform");
    await page.mouse.move(400, 300);
    await page.mouse.wheel(0, -600);
    await until(async () => /scale\(4\)/.test(await transform()));
    const before = await transform();
    await page.mouse.down();
    await page.mouse.move(450, 330, { steps: 3 });
    await page.mouse.up();
    expect(await transform()).not.toBe(before);
    await keepScreenshot(page, "live-magnified-desk-dark");
    // of the lower right corner something is seen in a window of any size
    await page.locator("#show-all").click();
    const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator(".stage").boundingBox()) ?? {};
    await page.mouse.move(x + width - 1, y + height - 1);
    await page.mouse.wheel(0, -900);
    for (const size of [{ width: 700, height: 500 }, SIZES.desk]) {
      await page.setViewportSize(size);
      await until(() => pictureFillsStage(page));
    }
    await page.locator("#show-all").click();
    expect(await transform()).toMatch(/scale\(1\)/);
    await page.locator(".stage").focus();
    await page.keyboard.press("+");
    expect(await transform()).toMatch(/scale\(1\.25\)/);
    await page.context().close();
  });

  testWith("chromium")(
    `shows MJPEG where WebRTC is full and says why${IS_LONG ? ", and comes back to live video by itself" : ""}`,
    async () => {
      await using server = await startServer([], { ROTORDREAM_LIMITS_WEBRTC_VIEWERS: "1" });
      const first = await openPage(browser, server.http);
      await playing(first);
      const second = await openPage(browser, server.http);
      await until(async () => (await second.evaluate("document.querySelector('#mjpeg')?.naturalWidth")) === 1920);
      expect(await textOf(second, "#note")).toMatch(/already 1 WebRTC viewer.*Single pictures \(MJPEG\)/);
      await keepScreenshot(second, "live-mjpeg-desk-dark");
      await second.locator(".stage-note button").click();
      await until(async () => /As many people are watching as are allowed/.test(await textOf(second, "#findings")));
      await keepScreenshot(second, "live-why-desk-dark");
      await second.keyboard.press("Escape");
      await first.context().close();
      // a closed tab says nothing: the camera forgets it after 15 s, and the page asks again after 15 s and then 30 s
      if (IS_LONG) await playing(second, 50_000);
      await second.context().close();
    },
  );

  testWith("chromium")("says that the camera is away while it restarts, and goes on by itself", async () => {
    const port = freePort();
    const server = await startServer(["--http-port", String(port)]);
    const page = await openPage(browser, server.http);
    await playing(page);
    await server.stop();
    await until(async () => /The connection to the camera is lost/.test(await textOf(page, ".banner")));
    await until(async () => (await textOf(page, ".lamp")) === "No connection");
    const isStill =
      "document.querySelector('.stage canvas').checkVisibility() && document.querySelector('.stage canvas').width";
    expect(await page.evaluate<number>(isStill)).toBe(1920);
    await keepScreenshot(page, "live-away-desk-dark");
    await page.locator("#why").click();
    await until(async () => /does not answer at all/.test(await textOf(page, "#findings")));
    await page.keyboard.press("Escape");
    await using _again = await startServer(["--http-port", String(port)]);
    await playing(page);
    await until(async () => (await page.locator(".banner").count()) === 0);
    const shown = await picturesShown(page);
    await until(async () => (await picturesShown(page)) > shown + 10);
    await page.context().close();
  });

  testWith("chromium")("fits a phone, in German, with targets large enough for fingers", async () => {
    await using server = await startServer();
    const page = await openPage(browser, server.http, { size: "phone", colorScheme: "light", locale: "de-DE" });
    await logIn(page);
    await playing(page);
    expect(await page.evaluate<string>("document.documentElement.lang")).toBe("de");
    await until(async () => (await textOf(page, "#record")) === "Aufnehmen");
    expect(await fits(page)).toBe(true);
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll("button, a, select, input, .switch")].filter((one) => {
        const { width, height } = (one.closest(".switch") ?? one).getBoundingClientRect();
        return width > 1 && (width < 40 || height < 40);
      }).map((one) => one.outerHTML.slice(0, 80))`,
    );
    expect(small).toEqual([]);
    await keepScreenshot(page, "live-phone-light-german");
    await page.context().close();
  });
});

/** Whether nothing is seen beside the magnified picture. */
function pictureFillsStage(page: Page): Promise<boolean> {
  return page.evaluate(`{
    const stage = document.querySelector(".stage").getBoundingClientRect();
    const picture = document.querySelector(".stage-picture").getBoundingClientRect();
    picture.left <= stage.left && picture.top <= stage.top &&
      picture.right >= stage.right - 1 && picture.bottom >= stage.bottom - 1;
  }`);
}

/** Waits until a number stays what it is. */
async function stands(read: () => Promise<number>): Promise<void> {
  let before = Number.NaN;
  await until(async () => {
    const now = await read();
    const isSame = now === before;
    before = now;
    if (!isSame) await Bun.sleep(200); // the distance over which it must not have moved
    return isSame;
  });
}
