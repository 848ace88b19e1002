import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PASSWORD = "correct horse battery";
const LOGIN = { Authorization: `Basic ${btoa(`admin:${PASSWORD}`)}` };

/** Of a program that SIGTERM ended before it could listen to it. */
const SIGTERM_EXIT = 143;

const folders: string[] = [];
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  folders.push(folder);
  return folder;
}

async function start(folder = makeFolder(), environment: Record<string, string> = {}): Promise<TestServer> {
  const args = ["--data-dir", folder, "--admin-password", PASSWORD, "--anonymous", "guest"];
  const server = await startServer(args, environment);
  servers.push(server);
  return server;
}

function post(url: string, path: string, body: unknown = {}): Promise<Response> {
  return fetch(url + path, { method: "POST", headers: LOGIN, body: JSON.stringify(body) });
}

/** Where the server listens after its `count`-th start. */
async function startedAgain(server: TestServer, count: number): Promise<string> {
  const sinceStart = () => {
    const starts = server.log.flatMap(({ message }, index) => (message === "started" ? [index] : []));
    return starts[count - 1] === undefined ? [] : server.log.slice(starts[count - 1]);
  };
  const url = () =>
    sinceStart().find(({ service, url }) => service === "http" && String(url).includes("127.0.0.1"))?.url;
  await until(() => url() !== undefined);
  return new URL(String(url())).origin;
}

describe("maintenance of the executable", () => {
  test("a restart answers, ends in order and goes on in the same process", async () => {
    const server = await start();
    let url = server.http;
    for (const count of [2, 3]) {
      const answer = await post(url, "/api/system/restart");
      expect([answer.status, await answer.json()]).toMatchObject([200, { data: { restarting: true } }]);
      url = await startedAgain(server, count);
      expect((await fetch(`${url}/api/info`, { headers: LOGIN })).status).toBe(200);
    }
    expect(readlinkSync(`/proc/${server.pid}/exe`)).toEndWith("/dist/rotordream");
    expect(server.log.filter(({ message }) => message === "stopped").length).toBe(2);
    expect(await server.stop()).toBe(0);
  });

  test("a signal that comes during a restart still ends it", async () => {
    for (const moment of ["stopping", "stopped", "started"]) {
      const server = await start();
      const seen = server.log.length;
      await post(server.http, "/api/system/restart");
      await until(() => server.log.slice(seen).some(({ message }) => message === moment));
      expect([0, SIGTERM_EXIT]).toContain(await server.stop());
    }
  });

  test("nobody restarts it without the right to, nor reboots a machine that is not its own", async () => {
    const server = await start();
    expect((await fetch(`${server.http}/api/system/restart`, { method: "POST" })).status).toBe(401);
    const reboot = await post(server.http, "/api/system/reboot");
    expect([reboot.status, await reboot.json()]).toMatchObject([409, { code: "NOT_SUPPORTED" }]);
  });

  test("what GET answers, envelope and all, restores as it stands", async () => {
    const server = await start();
    const backup = await (await fetch(`${server.http}/api/system/backup`, { headers: LOGIN })).text();
    const restored = await fetch(`${server.http}/api/system/backup`, { method: "POST", headers: LOGIN, body: backup });
    expect([restored.status, await restored.json()]).toMatchObject([
      200,
      { restored: expect.arrayContaining(["presets"]) },
    ]);
    expect((await fetch(`${await startedAgain(server, 2)}/health`)).status).toBe(200);
  });

  test("a backup with what logins are checked against is for administrators who log in, not for tokens", async () => {
    const server = await start();
    const path = "/api/system/backup";
    const operator = {
      name: "op",
      password: "seven wise ravens",
      role: "operator",
      permissions: ["User_rw", "System_rw"],
    };
    expect((await post(server.http, "/api/users", operator)).status).toBe(201);
    const { token } = (await (await post(server.http, "/api/tokens", { name: "script" })).json()) as { token: string };
    const plain = await (await fetch(server.http + path, { headers: LOGIN })).text();
    for (const login of [`Basic ${btoa(`op:${operator.password}`)}`, `Bearer ${token}`])
      for (const body of [plain, JSON.stringify({ passphrase: "a long passphrase" })]) {
        const answer = await fetch(server.http + path, { method: "POST", headers: { Authorization: login }, body });
        expect([answer.status, await answer.json()]).toMatchObject([403, { code: "FORBIDDEN" }]);
      }
  });

  test("names no users to who may not know them", async () => {
    const server = await start();
    const keeper = { name: "keeper", password: "seven wise ravens", role: "viewer", permissions: ["System_rw"] };
    expect((await post(server.http, "/api/users", keeper)).status).toBe(201);
    const headers = { Authorization: `Basic ${btoa(`keeper:${keeper.password}`)}` };
    const answer = await fetch(`${server.http}/api/system/backup`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([403, { permission: "User_r" }]);
  });

  test("a restored backup is not overwritten by what was on its way when it came", async () => {
    const server = await start();
    const get = async (url: string, path: string) => (await fetch(url + path, { headers: LOGIN })).json();
    type Backup = { readonly parts: { readonly settings: { readonly zoom: number } } };
    const backedUp = async () => (await get(server.http, "/api/system/backup")) as Backup;
    expect((await post(server.http, "/api/settings", { zoom: 2 })).status).toBe(200);
    const backup = await backedUp();
    expect((await post(server.http, "/api/ptz/move", { zoom: 1, timeout: 10_000 })).status).toBe(200);
    await until(async () => (await backedUp()).parts.settings.zoom > 2);
    expect((await post(server.http, "/api/system/backup", backup)).status).toBe(200);
    expect(await get(await startedAgain(server, 2), "/api/settings/zoom")).toMatchObject({ zoom: 2 });
  });

  test("a factory reset needs the password again and starts anew", async () => {
    const server = await start();
    const file = join(folders.at(-1) ?? "", "initial-password");
    writeFileSync(file, "the-former-owner-knows-it");
    expect((await post(server.http, "/api/system/factory-reset", {})).status).toBe(400);
    expect((await post(server.http, "/api/system/factory-reset", { password: "no" })).status).toBe(403);
    expect((await post(server.http, "/api/system/factory-reset", { password: PASSWORD })).status).toBe(200);
    await startedAgain(server, 2);
    expect(existsSync(file)).toBe(false);
  });
});

describe("GET /api/support", () => {
  test("a bundle tells of everything and holds no secret", async () => {
    const folder = makeFolder();
    const [inUrl, inArgument, turn, wifi] = ["lamp-by-url", "lamp-by-argument", "turn secret", "wlan eins zwei"];
    writeFileSync(
      join(folder, "rotordream.toml"),
      `[[light]]\ndriver = "command"\ncommand = ["/bin/true", "http://eva:${inUrl}@10.0.0.9/", "${inArgument}"]\n`,
    );
    const server = await start(folder, { ROTORDREAM_WEBRTC_TURN_SECRET: turn, ROTORDREAM_SOURCE: "test" });
    const made = (await (await post(server.http, "/api/tokens", { name: "planted" })).json()) as { token: string };
    const login = await post(server.http, "/api/login", { username: "admin", password: PASSWORD });
    const cookie = (login.headers.get("set-cookie") ?? "").split(";", 1)[0]?.split("=")[1] ?? "";
    await post(server.http, "/api/settings", { overlay: { text: `psk="${wifi}"` } });
    // in the log, if anywhere
    await fetch(`${server.http}/api/streams?token=${made.token}x`);
    const play = ["ffprobe", "-v", "quiet", server.rtsp.replace("://", "://admin:wrong-by-rtsp@")];
    await Bun.spawn([...play], { stdout: "ignore", stderr: "ignore" }).exited;

    expect((await fetch(`${server.http}/api/support`)).status).toBe(401);
    const answer = await fetch(`${server.http}/api/support`, { headers: LOGIN });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/gzip"]);
    expect(answer.headers.get("content-disposition")).toMatch(
      /^attachment; filename="rotordream-support-[\dT-]+\.tar\.gz"$/,
    );
    const unpacked = makeFolder();
    writeFileSync(join(unpacked, "bundle.tar.gz"), await answer.bytes());
    expect(await Bun.spawn(["tar", "xzf", "bundle.tar.gz", "--strip-components=1"], { cwd: unpacked }).exited).toBe(0);
    rmSync(join(unpacked, "bundle.tar.gz"));
    const files = Object.fromEntries(readdirSync(unpacked).map((n) => [n, readFileSync(join(unpacked, n), "utf8")]));
    const json = (name: string) => JSON.parse(files[name] ?? "");

    const privateKey = readFileSync(join(folder, "server.key"), "utf8").split("\n")[1] ?? "";
    const secrets = [PASSWORD, made.token, cookie, inUrl, inArgument, turn, wifi, "wrong-by-rtsp", privateKey];
    for (const secret of secrets) expect(secret.length).toBeGreaterThan(8);
    const found = Object.entries(files).flatMap(([name, text]) =>
      secrets.filter((secret) => text.includes(secret)).map((secret) => `${name}: ${secret}`),
    );
    expect(found).toEqual([]);

    expect(json("info.json")).toMatchObject({ name: "RotorDream" });
    expect(json("status.json")).toMatchObject({ running: true });
    expect(json("health.json")).toHaveProperty("checks");
    expect(json("streams.json")).toMatchObject([{ name: "stream1" }, { name: "stream2" }]);
    expect(json("settings.json")).toMatchObject({ overlay: { text: expect.stringContaining("not shown") } });
    expect(json("settings-schema.json")).toHaveProperty("brightness");
    expect(json("cameras.json")).toMatchObject([{ id: "cam1", controls: expect.any(Array) }]);
    expect(json("video-devices.json")).toBeArray();
    expect(json("events.json")).toContainEqual(expect.objectContaining({ event: "settings-changed" }));
    expect(files["configuration.toml"]).toContain('command = [ "/bin/true", "(not shown)" ]');
    expect(files["doctor.txt"]).toContain("HTTP over tcp is served on 127.0.0.1.");
    expect(files["doctor.txt"]).not.toContain("FATAL");
    expect(files["log.jsonl"]).toContain('"message":"started"');
    expect(files["machine.txt"]).toContain("# /proc/version");
    const audit = await fetch(`${server.http}/api/audit?action=support-bundle-made`, { headers: LOGIN });
    expect(await audit.json()).toMatchObject({ data: [{ user: "admin" }] });
  });
});
