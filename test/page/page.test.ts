import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { keepScreenshot, logIn, openPage, playing } from "../support/web-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** The contract's bound on the page, compressed. */
const MAX_PAGE_BYTES = 150_000;
const VIEWS = ["", "control", "recordings", "system"];
describe("the web page", () => {
  testWith("chromium")(
    "is small, kept for ever under names that change with the content, and never stale",
    async () => {
      await using server = await startServer();
      const page = await fetch(server.http);
      expect(page.headers.get("cache-control")).toBe("no-cache");
      const again = await fetch(server.http, { headers: { "If-None-Match": page.headers.get("etag") ?? "" } });
      expect(again.status).toBe(304);
      const policy = page.headers.get("content-security-policy");
      expect(policy).toContain("script-src 'self'; style-src 'self';");
      expect(policy).not.toContain("unsafe");
      const opened = await browser.newPage();
      let bytes = 0;
      opened.on("response", async (answer) => {
        const { pathname } = new URL(answer.url());
        if (!pathname.startsWith("/assets/")) return;
        bytes += Number(answer.headers()["content-length"]);
        expect(answer.headers()["cache-control"]).toBe("public, max-age=31536000, immutable");
        if (/\.(js|css)$/.test(pathname)) expect(answer.headers()["content-encoding"]).toBe("gzip");
      });
      const complaints = complaintsOf(opened);
      for (const view of VIEWS) await opened.goto(`${server.http}/#/${view}`);
      await until(() => bytes > 20_000);
      expect(bytes).toBeLessThan(MAX_PAGE_BYTES);
      expect(complaints).toEqual([]);
      await opened.close();
    },
  );

  testWith("chromium")("can be installed: its manifest and icons are there", async () => {
    await using server = await startServer();
    const page = await openPage(browser, server.http);
    const manifestUrl = await page.evaluate<string>("document.querySelector('link[rel=manifest]').href");
    const answer = await fetch(manifestUrl);
    expect(answer.headers.get("content-type")).toBe("application/manifest+json");
    const { name, display, start_url, icons } = (await answer.json()) as {
      readonly [member: string]: unknown;
      readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[];
    };
    expect({ name, display, start_url }).toEqual({ name: "RotorDream", display: "standalone", start_url: "/" });
    expect(icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
    for (const { src, sizes, type } of icons.filter(({ type }) => type === "image/png")) {
      const icon = await fetch(new URL(src, manifestUrl));
      expect(icon.headers.get("content-type")).toBe(type);
      const png = Buffer.from(await icon.arrayBuffer());
      expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`).toBe(sizes);
    }
    await page.context().close();
  });

  testWith("chromium")("demands a password of one's own at the first login, and goes on with it", async () => {
    const data = mkdtempSync(join(tmpdir(), "rotordream-test-"));
    try {
      await using server = await startServer(["--data-dir", data, "--anonymous", "guest"]);
      using database = new Database(join(data, "rotordream.db"));
      database.run("PRAGMA busy_timeout = 5000");
      database.run("UPDATE users SET must_change_password = 1");
      const page = await openPage(browser, server.http);
      await logIn(page);
      await page.locator("#first-login").waitFor();
      await page.reload(); // the password just entered is known no longer
      const form = page.locator("#first-login");
      await form.locator("[name=old]").fill("password");
      await form.locator("[name=fresh]").fill("ein neues geheimnis");
      await form.locator("[name=repeat]").fill("etwas anderes");
      await form.locator("button").click();
      await until(async () => /not the same/.test((await form.textContent()) ?? ""));
      await keepScreenshot(page, "first-login-desk-dark");
      await form.locator("[name=old]").fill("not the password");
      await form.locator("[name=repeat]").fill("ein neues geheimnis");
      await form.locator("button").click();
      await until(async () => /not your password/.test((await form.textContent()) ?? ""));
      await form.locator("[name=old]").fill("password");
      await form.locator("button").click();
      await playing(page);
      await page.context().close();
    } finally {
      rmSync(data, { recursive: true });
    }
  });

  testWith("chromium")("asks for the login over the view when it has ended, and keeps the view", async () => {
    await using server = await startServer(["--anonymous", "guest"]);
    const page = await openPage(browser, `${server.http}/#/control`);
    await logIn(page);
    await until(async () => (await page.locator(".rail").count()) === 1);
    await page.context().clearCookies();
    await page.goto(`${server.http}/#/`); // the picture needs the login
    await until(async () => (await page.locator("dialog #login").count()) === 1);
    await keepScreenshot(page, "login-over-view-desk-dark");
    await page.locator("#login input[name=username]").fill("admin");
    await page.locator("#login input[name=password]").fill("password");
    await page.locator("#login button[type=submit]").click();
    await until(async () => (await page.locator("dialog").count()) === 0);
    await playing(page);
    await page.context().close();
  });

  testWith("chromium")("loses nothing that was entered when the login is ended elsewhere", async () => {
    await using server = await startServer(["--anonymous", "guest"]);
    const page = await openPage(browser, `${server.http}/#/system/users`);
    await logIn(page);
    await page.locator("#add-user").click();
    const name = page.locator("#user-form [name=name]");
    await name.fill("أحمد");
    const ended = await page.context().request.post(`${server.http}/api/logout`);
    expect(ended.ok()).toBe(true);
    await page.locator("dialog #login").waitFor();
    expect(await name.inputValue()).toBe("أحمد");
    await logIn(page);
    await until(async () => (await page.locator("#login").count()) === 0);
    expect(await name.inputValue()).toBe("أحمد");
    // who closes the question is nobody from then on
    await page.context().request.post(`${server.http}/api/logout`);
    await page.locator("dialog #login").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".login #login").waitFor();
    await page.context().close();
  });
});
