import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RtspClient } from "../support/load/rtsp-client.ts";
import { EXECUTABLE, startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PASSWORD = "geheim geheim";
const NEW_PASSWORD = "neues geheimnis";
/** The contract gives a running server 2 s; the rest is for a busy machine. */
const NOTICE_LIMIT_MS = 5000;

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(data, { recursive: true }));

const start = (...args: readonly string[]) => startServer(["--data-dir", data, "--anonymous", "guest", ...args]);

/** Runs `rotordream` on the data folder, with a line on its standard input. */
function rotordream(input: string, ...args: readonly string[]) {
  const run = Bun.spawnSync([EXECUTABLE, "--data-dir", data, ...args], { stdin: Buffer.from(`${input}\n`) });
  return { code: run.exitCode, stdout: `${run.stdout}`.trim(), stderr: `${run.stderr}` };
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

async function ask(server: TestServer, authorization: string, path = "/api/session", init: RequestInit = {}) {
  const answer = await fetch(server.http + path, { ...init, headers: { Authorization: authorization } });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? {} : JSON.parse(text) };
}

const statusOf = async (server: TestServer, authorization: string) => (await ask(server, authorization)).status;

const addUser = (server: TestServer, name: string) =>
  ask(server, basic("admin", "password"), "/api/users", {
    method: "POST",
    body: JSON.stringify({ name, password: PASSWORD, role: "viewer" }),
  });

/** Plays stream1 as a user; tells when the server ended the connection. */
async function play(server: TestServer, user: string) {
  const url = `${server.rtsp}/stream1`;
  let lost = false;
  let packets = 0;
  const client = await RtspClient.connect({
    url,
    user,
    password: PASSWORD,
    onLost: () => {
      lost = true;
    },
    onFrame: () => {
      packets += 1;
    },
  });
  expect((await client.request("DESCRIBE", url)).status).toBe(200);
  const setup = await client.request("SETUP", `${url}/trackID=0`, { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" });
  const session = setup.headers.get("session")?.[0]?.split(";")[0] ?? "";
  expect((await client.request("PLAY", url, { Session: session })).status).toBe(200);
  await until(() => packets > 0);
  return { client, lost: () => lost };
}

describe("users", () => {
  test("outlive a restart, and a kill right after they were added", async () => {
    await using first = await start();
    expect((await addUser(first, "أحمد")).status).toBe(201);
    await first.stop("SIGKILL");
    await using second = await start();
    expect((await ask(second, basic("أحمد", PASSWORD))).json.user).toBe("أحمد");
    expect((await addUser(second, "eva")).status).toBe(201);
    await second.stop();
    await using third = await start();
    for (const user of ["أحمد", "eva"]) expect(await statusOf(third, basic(user, PASSWORD))).toBe(200);
  });

  test("of the demo are made once: its password stays changed, and another one for admin is ignored with a warning", async () => {
    await using first = await start();
    const change = JSON.stringify({ password: NEW_PASSWORD, old_password: "password" });
    const changed = await ask(first, basic("admin", "password"), "/api/users/admin", { method: "PATCH", body: change });
    expect(changed.status).toBe(200);
    await first.stop();
    await using second = await start();
    expect(await statusOf(second, basic("admin", NEW_PASSWORD))).toBe(200);
    expect(second.log.filter(({ message }) => message.includes("ignored"))).toEqual([]);
    await second.stop();
    await using third = await start("--admin-password", PASSWORD);
    expect(await statusOf(third, basic("admin", PASSWORD))).toBe(401);
    expect(third.log.find(({ message }) => message.includes("ignored"))?.level).toBe("warn");
  });

  test("can be made after a start that was killed at any point", async () => {
    const ports = ["http", "https", "rtsp", "rtsps", "webrtc"].flatMap((service) => [`--${service}-port`, "0"]);
    for (const file of ["device.key", "rotordream.db", "initial-password"]) {
      const args = ["--source", "test", "--listen", "127.0.0.1", ...ports, "--data-dir", data];
      const child = Bun.spawn([EXECUTABLE, ...args], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
      await until(() => existsSync(join(data, file)));
      child.kill("SIGKILL");
      await child.exited;
    }
    const password = readFileSync(join(data, "initial-password"), "utf8").trim();
    await using server = await start("--admin-password", password);
    expect(await statusOf(server, basic("admin", password))).toBe(200);
  });
});

describe("rotordream user and token beside a running server", () => {
  test("passwd ends logins and streams of the old password within seconds, and nobody else's", async () => {
    await using server = await start();
    await addUser(server, "eva");
    await addUser(server, "bob");
    const body = JSON.stringify({ username: "eva", password: PASSWORD });
    const login = (await (await fetch(`${server.http}/api/login`, { method: "POST", body })).json()) as {
      token: string;
    };
    const [eva, bob] = [await play(server, "eva"), await play(server, "bob")];
    expect(await statusOf(server, basic("eva", PASSWORD))).toBe(200);

    expect(rotordream(NEW_PASSWORD, "user", "passwd", "eva")).toMatchObject({ code: 0, stdout: "" });
    expect(await statusOf(server, `Bearer ${login.token}`)).toBe(401);
    expect(await statusOf(server, basic("eva", PASSWORD))).toBe(401);
    expect(await statusOf(server, basic("eva", NEW_PASSWORD))).toBe(200);
    await until(eva.lost, NOTICE_LIMIT_MS);
    expect(bob.lost()).toBe(false);
    bob.client.end();
  });

  test("add and rm take effect at once", async () => {
    await using server = await start();
    expect(rotordream(PASSWORD, "user", "add", "eva", "--role", "viewer").code).toBe(0);
    const token = rotordream("", "token", "add", "eva", "--name", "nvr", "--permissions", "Media_r");
    expect((await ask(server, `Bearer ${token.stdout}`)).json).toMatchObject({ user: "eva", permissions: ["Media_r"] });
    const url = `${server.rtsp}/stream1?token=${token.stdout}`;
    let lost = false;
    const client = await RtspClient.connect({
      url,
      onLost: () => {
        lost = true;
      },
    });
    expect((await client.request("DESCRIBE", url)).status).toBe(200);
    const id = rotordream("", "token", "list", "eva").stdout.slice(0, 16);
    expect(rotordream("", "token", "rm", id).code).toBe(0);
    expect(await statusOf(server, `Bearer ${token.stdout}`)).toBe(401);
    await until(() => lost, NOTICE_LIMIT_MS);
    expect(rotordream("", "user", "rm", "eva").code).toBe(0);
    expect(await statusOf(server, basic("eva", PASSWORD))).toBe(401);
    expect(server.log.map((line) => JSON.stringify(line)).join()).not.toContain(token.stdout);
  });
});

describe("a change over HTTP", () => {
  test("that takes the right to look ends the stream at once", async () => {
    await using server = await start();
    await addUser(server, "eva");
    const eva = await play(server, "eva");
    const admin = basic("admin", "password");
    const change = (body: object) =>
      ask(server, admin, "/api/users/eva", { method: "PATCH", body: JSON.stringify(body) });
    expect((await change({ role: "operator" })).status).toBe(200);
    expect(eva.lost()).toBe(false);
    expect((await change({ role: "guest" })).status).toBe(200);
    await until(eva.lost, NOTICE_LIMIT_MS);
  });
});

describe("the lock", () => {
  test("is one for HTTP and RTSP", async () => {
    await using server = await start();
    await addUser(server, "eva");
    for (let failed = 0; failed < 3; failed += 1) expect(await statusOf(server, basic("eva", "wrong"))).toBe(401);
    const url = `${server.rtsp}/stream1`;
    const describeAs = async (password: string) => {
      const client = await RtspClient.connect({ url, user: "eva", password });
      const { status } = await client.request("DESCRIBE", url);
      client.end();
      return status;
    };
    for (let failed = 0; failed < 2; failed += 1) expect(await describeAs("wrong")).toBe(401);
    expect(await describeAs(PASSWORD)).toBe(403);
    expect(await statusOf(server, basic("eva", PASSWORD))).toBe(429);
    expect(await statusOf(server, basic("admin", "password"))).toBe(200);
  });
});
