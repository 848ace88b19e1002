import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { makeCertificate, tlsFixtureBytes } from "../support/certificates.ts";
import { testWith } from "../support/conditional-tests.ts";
import { startServer } from "../support/server.ts";
import { DESK, PHONE, type SystemViewTest, startSystemViewTest, USER_PASSWORD } from "../support/system-view.ts";
import { until } from "../support/until.ts";
import { Players } from "../support/watching-players.ts";

/** Screenshots are kept here, for people to look at. */
const SCREENSHOTS = process.env.RD_SCREENSHOTS ?? join(import.meta.dirname, "../../dist/screenshots");
const HOSTILE = `<img src=x onerror=alert(1)> \u202eעברית 🎥 ${"W".repeat(20)}`;

let view: SystemViewTest;
beforeAll(async () => {
  view = await startSystemViewTest();
});
afterAll(() => view[Symbol.asyncDispose]());

const shows = (page: Page, text: string) => page.getByText(text).first().waitFor();

describe("users and their ways in", () => {
  testWith("chromium")("a user is added, changed and removed, and sees no more than it may", async () => {
    const page = await view.openAs("admin", "users");
    await page.locator("#add-user").click();
    const form = page.locator("#user-form");
    await form.locator("[name=name]").fill("eva <b>");
    await form.locator("[name=password]").fill(USER_PASSWORD);
    await form.locator("[name=role]").selectOption("viewer");
    await form.locator("[type=submit]").click();
    // no such names: said in the dialog, and nothing that was entered is lost
    await page.locator("dialog .error-note").waitFor();
    expect(await form.locator("[name=password]").inputValue()).toBe(USER_PASSWORD);
    await form.locator("[name=name]").fill("eva");
    await form.locator("summary").click();
    await form.locator("[name=Media_rw]").check();
    await form.getByRole("switch").uncheck();
    await form.locator("[type=submit]").click();
    await until(async () => (await view.status("users/eva")) === 200);
    expect(await view.told("users/eva")).toMatchObject({
      role: "viewer",
      extra_permissions: ["Media_rw"],
      onvif: false,
    });

    await page.getByTitle("Change eva").click();
    await form.locator("[name=role]").selectOption("operator");
    await form.locator("[type=submit]").click();
    await until(async () => (await view.told<{ role: string }>("users/eva")).role === "operator");

    const eva = await view.openAs("eva", "users");
    await shows(eva, "User_r");
    await eva.goto(`${view.server.http}/#/system/certificate`);
    await shows(eva, "To change the certificate you need the permission System_rw.");
    expect(await eva.locator("#certificate-form").count()).toBe(0);

    // who comes back to the page sees whom others have added
    await view.send("POST", "users", { name: "ada", password: USER_PASSWORD, role: "viewer" });
    // also when the list comes later than who one is, which is asked then too
    const session = page.waitForResponse(/\/api\/session$/);
    await page.route(/\/api\/users\?/, (route) => session.then(() => route.continue()));
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await page.getByTitle("Change ada").waitFor();
    await page.unrouteAll();
    await view.send("DELETE", "users/ada");

    await page.getByTitle("Remove eva").click();
    await page.locator("dialog [type=submit]").click();
    await until(async () => (await view.status("users/eva")) === 404);
    await page.getByTitle("Remove admin").click();
    await page.locator("dialog [type=submit]").click();
    await page.locator("dialog .error-note").waitFor();
    expect(await view.status("users/admin")).toBe(200);
    await page.context().close();
    await eva.context().close();
  });

  testWith("chromium")("a token's secret is shown once, works, and ends when it is revoked", async () => {
    const page = await view.openAs("admin", "tokens");
    await page.locator("#add-token").click();
    const form = page.locator("#token-form");
    await form.locator("[name=name]").fill(HOSTILE);
    await form.locator("[name=days]").selectOption("30");
    await form.locator("[type=submit]").click();
    // a direction mark is no part of a name
    await page.locator("dialog .error-note").waitFor();
    const name = HOSTILE.replace("\u202e", "");
    await form.locator("[name=name]").fill(name);
    await form.locator("[type=submit]").click();
    const token = await page.locator("#token-secret input").first().inputValue();
    const status = async () =>
      (await fetch(`${view.server.http}/api/events`, { headers: { Authorization: `Bearer ${token}` } })).status;
    expect(await status()).toBe(200);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByTitle("Copy Token").click();
    await until(async () => (await page.evaluate("navigator.clipboard.readText()")) === token);
    await page.locator("#token-secret .button-main").click();
    await shows(page, name);
    expect(await page.content()).not.toContain(token);
    await page.getByTitle(/^Revoke </).click();
    await page.locator("dialog [type=submit]").click();
    await until(async () => (await status()) === 401);
    await page.context().close();
  });

  testWith("chromium")("one's own password is changed with the old one, and one stays logged in", async () => {
    await view.send("POST", "users", { name: "otto", password: USER_PASSWORD, role: "viewer" });
    const page = await view.openAs("otto", "account");
    const form = page.locator("#own-password");
    const fill = async (old: string, fresh: string, repeat: string) => {
      for (const [name, value] of Object.entries({ old, fresh, repeat })) {
        await form.locator(`[name=${name}]`).fill(value);
      }
      await form.locator("[type=submit]").click();
    };
    await fill(USER_PASSWORD, "neu neu neu", "neu neu alt");
    await form.locator(".field-error").waitFor();
    await fill("falsch falsch", "neu neu neu", "neu neu neu");
    await form.locator(".error-note", { hasText: /^That is not your password\.$/ }).waitFor();
    await fill(USER_PASSWORD, "neu neu neu", "neu neu neu");
    await shows(page, "Your password is changed.");
    const headers = { Authorization: `Basic ${btoa("otto:neu neu neu")}` };
    expect((await fetch(`${view.server.http}/api/tokens`, { headers })).status).toBe(200);
    await page.reload();
    await page.locator("#own-password").waitFor();
    await page.context().close();
    await view.send("DELETE", "users/otto", undefined);
  });
});

describe("the device", () => {
  testWith(
    "chromium",
    "ffmpeg",
    "curl",
  )("viewers of every kind are shown with their stream, and ended", async () => {
    await using players = new Players();
    const watching = await view.openAs("admin", "overview");
    await watching.goto(`${view.server.http}/#/`);
    const { rtsp, http } = view.server;
    const stays = players.startFfmpeg("tcp", `${rtsp}/stream1`);
    const ends = {
      "RTSP · TCP": players.startFfmpeg("tcp", `${rtsp}/stream2`),
      "RTSP · UDP": players.startFfmpeg("udp", `${rtsp}/stream2`),
      "RTSP · TCP · over HTTP": players.startFfmpeg("http", `${rtsp}/stream2`),
      MJPEG: players.start(["curl", "-sfN", `${http}/api/mjpeg/stream2`]),
    };
    const all = [stays, ...Object.values(ends)];
    await until(() => all.every((player) => player.bytes() > 0), 20_000);
    const page = await view.openAs("admin", "streams");
    expect(await page.locator(".copy-text").first().inputValue()).toBe(`${view.server.rtsp}/stream1`);
    await page.locator("tbody tr", { hasText: "WebRTC" }).first().waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, "system-viewers-desk.png"), fullPage: true });
    for (const [way, player] of Object.entries(ends)) {
      const row = page.locator("tbody tr").filter({ has: page.getByText(way, { exact: true }) });
      const own = page.locator(".card", { has: page.getByRole("heading", { name: "stream2" }) }).locator(row);
      await own.getByRole("button", { name: "End" }).click();
      await page.locator("dialog", { hasText: `127.0.0.1 · ${way}` }).waitFor();
      await page.locator("dialog [type=submit]").click();
      expect(await player.exitCode()).toBe(0);
      await until(async () => (await own.count()) === 0);
    }
    const before = stays.bytes();
    await until(() => stays.bytes() > before + 10_000);
    const lines = await view.told<{ subject: string; detail: { protocol: string } }[]>("audit?action=viewer-ended");
    expect(lines.map(({ detail }) => detail.protocol)).toEqual(["MJPEG", "RTSP", "RTSP", "RTSP"]);
    const ended = page.waitForResponse((answer) => answer.request().method() === "DELETE");
    await page.locator("tbody tr", { hasText: "WebRTC" }).first().getByRole("button", { name: "End" }).click();
    await page.locator("dialog [type=submit]").click();
    expect((await ended).status()).toBe(204);
    for (const each of [page, watching]) await each.context().close();
  });

  testWith("chromium")("a certificate is refused, installed and replaced, and a request is made", async () => {
    const page = await view.openAs("admin", "certificate");
    const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    const made = await makeCertificate({ name: "camera.test", sans: ["camera.test"] });
    const stranger = await makeCertificate({ name: "other.test" });
    await page.locator("[name=certificate]").setInputFiles(file("camera.pem", made.certificate));
    await page.locator("[name=key]").setInputFiles(file("camera.key", stranger.key));
    await page.locator("#certificate-form [type=submit]").click();
    await page.locator("#certificate-form .error-note").waitFor();
    await page.locator("[name=key]").setInputFiles(file("camera.key", made.key));
    await page.locator("#certificate-form [type=submit]").click();
    const subject = async () => (await view.told<{ subject: string }>("certificate")).subject;
    await until(async () => (await subject()) === "CN=camera.test");
    await shows(page, "CN=camera.test");
    const buffer = Buffer.from(tlsFixtureBytes("ecdsa-aes.p12"));
    const pkcs12 = { name: "camera.p12", mimeType: "application/x-pkcs12", buffer };
    for (const password of ["wrong", "secret"]) {
      await page.locator("[name=certificate]").setInputFiles(pkcs12);
      await page.locator("#certificate-form [name=password]").fill(password);
      await page.locator("#certificate-form [type=submit]").click();
      if (password === "wrong") await page.locator("#certificate-form .error-note").waitFor();
    }
    await until(async () => (await subject()) !== "CN=camera.test");
    await page.locator("#csr-form [name=name]").fill("hof.example");
    await page.locator("#csr-form [name=sans]").fill("hof.example, 10.0.0.7");
    await page.locator("#csr-form [type=submit]").click();
    await page.locator("#csr textarea").waitFor();
    expect(await page.locator("#csr textarea").inputValue()).toStartWith("-----BEGIN CERTIFICATE REQUEST-----");
    await page.locator("#self-signed").click();
    await page.locator("dialog [type=submit]").click();
    await until(async () => (await subject()).startsWith("O=RotorDream"));
    await page.context().close();
  });

  testWith("chromium")("a backup is downloaded and restored; a reset needs the password", async () => {
    await using own = await startServer();
    await using browser = await startBrowser();
    const context = await browser.newContext(DESK);
    const data = { username: "admin", password: "password" };
    await context.request.post(`${own.http}/api/login`, { data });
    const page = await context.newPage();
    await page.goto(`${own.http}/#/system/maintenance`);
    const download = page.waitForEvent("download");
    await page.locator("#backup-form [name=passphrase]").fill("a passphrase");
    await page.locator("#backup-form [type=submit]").click();
    const kept = await (await download).path();
    expect(JSON.parse(readFileSync(kept, "utf8"))).toMatchObject({ format: "rotordream-backup", sealed: {} });

    const bundle = page.waitForEvent("download");
    await page.locator("#support").click();
    expect((await bundle).suggestedFilename()).toMatch(/^rotordream-support-[\dT-]+\.tar\.gz$/);
    const files = await new Bun.Archive(readFileSync(await (await bundle).path())).files();
    expect([...files.keys()].some((name) => name.endsWith("/doctor.txt"))).toBe(true);
    await page.route("**/api/support", (route) => route.abort());
    await page.locator("#support").click();
    await page.locator(".error-note", { hasText: "does not answer" }).waitFor();
    expect(await page.locator("#support").isEnabled()).toBe(true);

    await page.locator("#reload").click();
    await shows(page, "Nothing has changed.");
    await page.locator("#reset").click();
    await page.locator("dialog [name=password]").fill("wrong wrong");
    await page.locator("dialog [type=submit]").click();
    await page.locator("dialog .error-note", { hasText: /^That is not your password\.$/ }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).first().click();

    const buffer = Buffer.from('{"no":"backup"}');
    await page.locator("[name=backup]").setInputFiles({ name: "x.json", mimeType: "application/json", buffer });
    await page.locator("#restore").click();
    await page.locator("dialog [type=submit]").click();
    await shows(page, "This file is not a backup of a RotorDream camera.");
    await page.getByRole("button", { name: "Cancel" }).first().click();
    await page.locator("[name=backup]").setInputFiles(kept);
    await page.locator("#restore").click();
    await page.locator("dialog [name=passphrase]").fill("a passphrase");
    await page.locator("dialog [type=submit]").click();
    await until(() => own.log.filter(({ message }) => message === "started").length === 2);
    await context.close();
  });
});

const PARTS = [
  ...["overview", "streams", "schedule", "storage", "motion", "events", "users"],
  ...["tokens", "account", "audit", "certificate", "network", "maintenance"],
];

testWith("chromium")("every page fits a phone and a desk, and says when the camera is gone", async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const [name, look] of Object.entries({ desk: DESK, phone: PHONE })) {
    const page = await view.openAs("admin", "overview", look);
    const complaints = complaintsOf(page);
    for (const part of PARTS) {
      await page.evaluate(`location.hash = "#/system/${part}"`);
      await page.locator(".system-page h1").waitFor();
      await until(async () => (await page.locator(".system-page .spinner").count()) === 0);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      await page.screenshot({ path: join(SCREENSHOTS, `system-${part}-${name}.png`), fullPage: true });
    }
    expect(complaints.filter((complaint) => !complaint.includes("ERR_ABORTED"))).toEqual([]);
    await page.context().setOffline(true);
    await page.evaluate('location.hash = "#/system/users"');
    await page.locator(".system-page .error-note").waitFor();
    await page.context().setOffline(false);
    // by itself
    await page.locator("tbody tr").first().waitFor();
    await page.context().close();
  }
  const stranger = await view.openAs(undefined, "users");
  await shows(stranger, "Log in to see this");
  await stranger.context().close();
});
