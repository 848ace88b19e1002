import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "valibot";
import { LoginAnswer, LogoutAnswer, SessionAnswer } from "../../src/modules/session/model.ts";
import { curl } from "../support/curl.ts";
import { type HttpFront, type HttpFrontOptions, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const running: HttpFront[] = [];
afterEach(async () => {
  for (const front of running.splice(0)) await front.listener.stop();
});

async function start(options: HttpFrontOptions = {}): Promise<HttpFront> {
  const front = await startHttpFront(options);
  running.push(front);
  return front;
}

const loginBody = (password: string, username = "admin") => JSON.stringify({ username, password });

async function logIn(front: HttpFront, ...more: readonly string[]) {
  const run = await curl(...more, "-d", loginBody(ADMIN_PASSWORD), `${front.url}/api/login`);
  const cookie = /^([^;]+)/.exec(run.last.headers.get("set-cookie") ?? "")?.[1] ?? "";
  return { ...run, json: run.json, token: String(run.json.token), cookie };
}

const bearer = (token: string) => ["-H", `Authorization: Bearer ${token}`];
const withCookie = (cookie: string) => ["-H", `Cookie: ${cookie}`];

async function sessionOf(front: HttpFront, ...credentials: readonly string[]) {
  return (await curl(...credentials, `${front.url}/api/session`)).json.data as { user: string | null; way: string };
}

describe("POST /api/login", () => {
  test("answers a Bearer token for twelve hours and sets a cookie that no script and no other site can use", async () => {
    const front = await start();
    const { json, last } = await logIn(front);
    expect(last.status).toBe(200);
    expect(parse(LoginAnswer, json.data)).toEqual(json.data as never);
    expect(json).toMatchObject({ user: "admin", role: "administrator", must_change_password: false });
    expect(json.expires).toBe(front.clock.wallMs() + 12 * 3600_000);
    const name = `rd_${new URL(front.url).port}`;
    expect(last.headers.get("set-cookie")).toMatch(
      new RegExp(`^${name}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    expect(last.headers.get("set-cookie")).not.toContain(String(json.token));
  });

  test("opens the device by token and by cookie", async () => {
    const front = await start();
    const { token, cookie } = await logIn(front);
    expect(await sessionOf(front)).toMatchObject({ user: null, permissions: [], role: null, way: null });
    for (const credentials of [bearer(token), withCookie(cookie), withCookie(`a=b; ${cookie}; c=d`)]) {
      const run = await curl(...credentials, `${front.url}/api/session`);
      expect(parse(SessionAnswer, run.json.data)).toMatchObject({ user: "admin", way: "session" });
      expect((await curl(...credentials, `${front.url}/api/streams`)).last.status).toBe(200);
    }
    expect((await curl(`${front.url}/image?token=${token}`)).last.status).toBe(200);
    expect((await curl(`${front.url}/api/streams?token=${token}`)).last.status).toBe(401);
  });

  test("names the cookie after TLS where the client came over it", async () => {
    const front = await start({ trustedProxies: ["127.0.0.1"] });
    const { last } = await logIn(front, "-H", "X-Forwarded-Proto: https", "-H", "X-Forwarded-For: 192.0.2.7");
    expect(last.headers.get("set-cookie")).toMatch(
      /^__Host-rd_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Secure$/,
    );
  });

  test.each([
    [loginBody("wrong"), 401, "UNAUTHENTICATED"],
    [loginBody(ADMIN_PASSWORD, "nobody"), 401, "UNAUTHENTICATED"],
    [loginBody(""), 401, "UNAUTHENTICATED"],
    ["{}", 400, "INVALID_VALUE"],
    ["", 400, "INVALID_VALUE"],
    ["[1", 400, "MALFORMED_JSON"],
    ['{"username":"admin","password":"x","role":"administrator"}', 400, "INVALID_VALUE"],
    ['{"username":"admin","password":["x"]}', 400, "INVALID_VALUE"],
    [loginBody("x".repeat(1025)), 400, "INVALID_VALUE"],
    [loginBody("x".repeat(9000)), 413, "TOO_LARGE"],
  ])("with %p is %d", async (body, status, code) => {
    const { url } = await start();
    const { last, json } = await curl("-d", body, `${url}/api/login`);
    expect([last.status, json.code]).toEqual([status, code]);
    expect(last.headers.has("set-cookie")).toBe(false);
    expect(last.headers.has("www-authenticate")).toBe(status === 401);
  });

  test("tells our page without a challenge that a password is wrong", async () => {
    const { url } = await start();
    const { last } = await curl("-H", "X-Requested-With: rotordream", "-d", loginBody("wrong"), `${url}/api/login`);
    expect([last.status, last.headers.has("www-authenticate")]).toEqual([401, false]);
  });

  test("is locked after five failures, with what to wait for, for Basic and Digest too", async () => {
    const front = await start();
    const wrong = () => curl("-d", loginBody("wrong"), `${front.url}/api/login`);
    for (let failed = 0; failed < 5; failed += 1) expect((await wrong()).last.status).toBe(401);
    const { last, json } = await logIn(front);
    expect([last.status, last.headers.get("retry-after")]).toEqual([429, "300"]);
    expect(json).toEqual({
      status: "error",
      error: "Too many failed logins",
      code: "LOCKED_OUT",
      limit: 5,
      period: "5 minutes",
      retry_after: 300,
      timestamp: front.clock.wallMs(),
    });
    for (const way of ["--basic", "--digest"])
      expect((await curl(way, "-u", `admin:${ADMIN_PASSWORD}`, `${front.url}/api/streams`)).last.status).toBe(429);
    front.clock.advanceMs(300_000);
    expect((await logIn(front)).last.status).toBe(200);
  });

  test("takes no password over plain HTTP where TLS is required", async () => {
    const front = await start({ requireTls: true, trustedProxies: ["127.0.0.1"] });
    expect((await logIn(front)).last.status).toBe(403);
    const basic = await curl("-u", `admin:${ADMIN_PASSWORD}`, `${front.url}/api/streams`);
    expect(basic.last.status).toBe(401);
    expect(basic.last.headers.get("www-authenticate")).not.toContain("Basic");
    const secure = await logIn(front, "-H", "X-Forwarded-Proto: https");
    expect(secure.last.status).toBe(200);
  });

  test("over its limit is refused before a password is looked at", async () => {
    const front = await start({ apiPerMinute: 2 });
    const login = ["-u", `admin:${ADMIN_PASSWORD}`];
    const statuses: number[] = [];
    for (let asked = 0; asked < 2; asked += 1)
      statuses.push((await curl(...login, `${front.url}/api/session`)).last.status);
    // refused by the name alone: a wrong password is no failed login here
    for (let asked = 0; asked < 6; asked += 1)
      statuses.push((await curl("-u", "admin:wrong", `${front.url}/api/session`)).last.status);
    expect(statuses).toEqual([200, 200, ...Array(6).fill(429)]);
    front.clock.advanceMs(60_000);
    expect((await curl(...login, `${front.url}/api/session`)).last.status).toBe(200);
  });
});

describe("browsers", () => {
  const own = (front: HttpFront) => front.url;

  test.each([
    ["Origin: https://evil.example", 403],
    ["Origin: null", 403],
    ["Origin: http://127.0.0.1:1", 403],
    ["Sec-Fetch-Site: cross-site", 403],
    ["Sec-Fetch-Site: same-site", 403],
    ["Sec-Fetch-Site: same-origin", 200],
    ["Sec-Fetch-Site: none", 200],
    ["Origin: https://dashboard.example", 200],
  ])("of %p are answered %d at a login", async (header, status) => {
    const front = await start({ origins: ["https://dashboard.example"] });
    const { last, json } = await logIn(front, "-H", header);
    expect(last.status).toBe(status);
    if (status === 403) expect([json.code, last.headers.has("set-cookie")]).toEqual(["FOREIGN_ORIGIN", false]);
    expect((await logIn(front, "-H", `Origin: ${own(front)}`)).last.status).toBe(200);
  });

  test("of another site change nothing, whatever credentials the browser adds; a Bearer token is no browser's", async () => {
    const front = await start();
    const { cookie, token } = await logIn(front);
    const foreign = ["-H", "Origin: https://evil.example", "-X", "POST"];
    const logout = `${front.url}/api/logout`;
    expect((await curl(...foreign, ...withCookie(cookie), logout)).last.status).toBe(403);
    expect((await curl(...foreign, "-u", `admin:${ADMIN_PASSWORD}`, logout)).last.status).toBe(403);
    expect((await sessionOf(front, ...withCookie(cookie))).user).toBe("admin");
    expect((await curl(...foreign, ...bearer(token), logout)).last.status).toBe(200);
  });

  test("get their 401 without a box that pops up", async () => {
    const front = await start();
    const { cookie } = await logIn(front);
    await curl("-X", "POST", ...withCookie(cookie), `${front.url}/api/logout`);
    const { last } = await curl(...withCookie(cookie), `${front.url}/api/streams`);
    expect([last.status, last.headers.has("www-authenticate")]).toEqual([401, false]);
  });
});

describe("POST /api/logout", () => {
  test("ends the token and the cookie of this login, and no other", async () => {
    const front = await start();
    const [first, second] = [await logIn(front), await logIn(front)];
    const { json, last } = await curl("-X", "POST", ...withCookie(first.cookie), `${front.url}/api/logout`);
    expect(parse(LogoutAnswer, json.data)).toEqual({ ended: 1 });
    expect(last.headers.get("set-cookie")).toMatch(/^rd_\d+=; HttpOnly; SameSite=Strict; Path=\/; Max-Age=0$/);
    expect((await curl(...bearer(first.token), `${front.url}/api/session`)).last.status).toBe(401);
    expect(await sessionOf(front, ...withCookie(first.cookie))).toMatchObject({ user: null });
    expect(await sessionOf(front, ...bearer(second.token))).toMatchObject({ user: "admin" });
  });

  test("with ?all ends every login of the user, by whatever way it is asked", async () => {
    const front = await start();
    const logins = [await logIn(front), await logIn(front)];
    const asAdmin = ["-u", `admin:${ADMIN_PASSWORD}`];
    expect((await curl("-X", "POST", ...asAdmin, `${front.url}/api/logout`)).json.ended).toBe(0);
    expect((await curl("-X", "POST", ...asAdmin, `${front.url}/api/logout?all`)).json.ended).toBe(2);
    for (const { token } of logins)
      expect((await curl(...bearer(token), `${front.url}/api/session`)).last.status).toBe(401);
  });

  test("is for those who are logged in, and not for tokens of devices", async () => {
    const front = await start();
    expect((await curl("-X", "POST", `${front.url}/api/logout`)).last.status).toBe(401);
    const { token } = await logIn(front);
    const made = await curl(...bearer(token), "-d", '{"name":"nvr"}', `${front.url}/api/tokens`);
    const named = bearer(String(made.json.token));
    expect((await curl("-X", "POST", ...named, `${front.url}/api/logout?all`)).last.status).toBe(403);
    expect((await sessionOf(front, ...named)).way).toBe("token");
  });
});

describe("Arabic names", () => {
  test("log in by every way that curl has", async () => {
    const front = await start();
    await front.identity.addUser("أحمد", "كلمة سر: طويلة", "viewer");
    const login = "أحمد:كلمة سر: طويلة";
    for (const way of ["--basic", "--digest", "--anyauth"])
      expect((await curl(way, "-u", login, `${front.url}/api/session?auth=required`)).json.user).toBe("أحمد");
    expect((await curl("--digest", "-u", "أحمد:wrong", `${front.url}/api/session?auth=required`)).last.status).toBe(
      401,
    );
    const { json } = await curl("-d", loginBody("كلمة سر: طويلة", "أحمد"), `${front.url}/api/login`);
    expect(json.user).toBe("أحمد");
  });
});

describe("the first password", () => {
  test("must be changed, and its file goes when it is", async () => {
    const front = await start();
    const file = join(front.identity.dataFolder, "initial-password");
    writeFileSync(file, "x\n");
    front.identity.database.run("UPDATE users SET must_change_password = 1");
    const { token, json } = await logIn(front);
    expect(json.must_change_password).toBe(true);
    await front.identity.addUser("eva", "geheim geheim", "viewer");
    const change = (name: string, body: object) =>
      curl(...bearer(token), "-X", "PATCH", "-d", JSON.stringify(body), `${front.url}/api/users/${name}`);
    expect((await change("eva", { password: "another one" })).last.status).toBe(200);
    expect(existsSync(file)).toBe(true);
    const run = await change("admin", { password: "another one", old_password: ADMIN_PASSWORD });
    expect([run.last.status, run.json.must_change_password, existsSync(file)]).toEqual([200, false, false]);
  });
});
