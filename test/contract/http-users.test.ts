import { afterEach, describe, expect, test } from "bun:test";
import { array, parse } from "valibot";
import { AuditAnswer } from "../../src/modules/audit/model.ts";
import { NewTokenAnswer, TokenAnswer } from "../../src/modules/tokens/model.ts";
import { PermissionsAnswer, UserAnswer } from "../../src/modules/users/model.ts";
import { curl } from "../support/curl.ts";
import { type HttpFront, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const running: HttpFront[] = [];
afterEach(async () => {
  for (const front of running.splice(0)) await front.listener.stop();
});

const PASSWORD = "geheim geheim";

/** A front with admin, an operator who may manage users, and a viewer; `as` calls it as one of them. */
async function start() {
  const front = await startHttpFront();
  running.push(front);
  await front.identity.addUser("chief", PASSWORD, "operator", { permissions: ["User_r", "User_rw"] });
  await front.identity.addUser("eva", PASSWORD, "viewer");
  const call = async (credentials: readonly string[], method: string, path: string, body?: object) => {
    const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
    const run = await curl(...credentials, "-X", method, ...data, front.url + path);
    return { status: run.last.status, headers: run.last.headers, json: run.last.text === "" ? {} : run.json };
  };
  const as = (user: string, method: string, path: string, body?: object) =>
    call(["-u", `${user}:${user === "admin" ? ADMIN_PASSWORD : PASSWORD}`], method, path, body);
  const withToken = (token: unknown, method: string, path: string, body?: object) =>
    call(["-H", `Authorization: Bearer ${token}`], method, path, body);
  return { front, as, withToken };
}

describe("users", () => {
  test("are added, shown, changed and removed", async () => {
    const { as, front } = await start();
    const added = await as("admin", "POST", "/api/users", {
      name: "محمد",
      password: PASSWORD,
      role: "viewer",
      permissions: ["Device_rw"],
    });
    expect(added.status).toBe(201);
    expect(parse(UserAnswer, added.json.data)).toMatchObject({
      name: "محمد",
      role: "viewer",
      permissions: ["Device_r", "Device_rw", "Media_r", "Storage_r", "System_r"],
      extra_permissions: ["Device_rw"],
      onvif: true,
      created: front.clock.wallMs(),
    });
    expect(JSON.stringify(added.json)).not.toContain("argon2");
    const path = `/api/users/${encodeURIComponent("محمد")}`;
    expect((await as("chief", "GET", path)).json.data).toEqual(added.json.data);
    const changed = await as("admin", "PATCH", path, { role: "operator", permissions: [], onvif: false });
    expect(changed.json).toMatchObject({ role: "operator", extra_permissions: [], onvif: false });
    expect((await as("admin", "DELETE", path)).status).toBe(204);
    expect((await as("admin", "GET", path)).status).toBe(404);
    expect((await as("admin", "DELETE", path)).status).toBe(404);
    expect((await as("admin", "PATCH", path, { onvif: false })).status).toBe(404);
  });

  test("are listed in pages", async () => {
    const { as } = await start();
    const first = await as("chief", "GET", "/api/users?limit=2");
    expect(parse(array(UserAnswer), first.json.data).map(({ name }) => name)).toEqual(["admin", "chief"]);
    expect(first.json.next_cursor).toBe("chief");
    expect(first.headers.get("link")).toBe('<?limit=2&cursor=chief>; rel="next"');
    const rest = await as("chief", "GET", "/api/users?limit=2&cursor=chief");
    expect(parse(array(UserAnswer), rest.json.data).map(({ name }) => name)).toEqual(["eva"]);
    expect([rest.json.next_cursor, rest.headers.has("link")]).toEqual([undefined, false]);
    for (const query of ["limit=0", "limit=1001", "limit=x"])
      expect((await as("chief", "GET", `/api/users?${query}`)).status).toBe(400);
  });

  test.each([
    [{ name: "a b", password: PASSWORD, role: "viewer" }, 400, "name"],
    [{ name: "..", password: PASSWORD, role: "viewer" }, 400, "name"],
    [{ name: "bob", password: "short", role: "viewer" }, 400, "password"],
    [{ name: "bob-bob-bob", password: "bob-bob-bob", role: "viewer" }, 400, "password"],
    [{ name: "bob", password: PASSWORD, role: "king" }, 400, "role"],
    [{ name: "bob", password: PASSWORD }, 400, "role"],
    [{ name: "bob", password: PASSWORD, role: "viewer", permissions: ["All"] }, 400, "permissions.0"],
    [{ name: "bob", password: PASSWORD, role: "viewer", admin: true }, 400, "admin"],
    [{ name: "eva", password: PASSWORD, role: "viewer" }, 409, undefined],
  ])("are not added from %p", async (body, status, key) => {
    const { as } = await start();
    const { json, status: got } = await as("admin", "POST", "/api/users", body);
    expect([got, json.key as string | undefined]).toEqual([status, key]);
    expect(String(json.error)).not.toContain(PASSWORD);
  });

  test("need their permission", async () => {
    const { as, front } = await start();
    const body = { name: "bob", password: PASSWORD, role: "viewer" };
    expect((await curl("-d", JSON.stringify(body), `${front.url}/api/users`)).last.status).toBe(401);
    for (const [method, path, data] of [
      ["GET", "/api/users"],
      ["GET", "/api/users/admin"],
      ["GET", "/api/users/admin/permissions"],
      ["POST", "/api/users", body],
      ["PATCH", "/api/users/admin", { role: "viewer" }],
      ["PATCH", "/api/users/eva", { role: "administrator" }],
      ["PATCH", "/api/users/eva", { password: "another one", old_password: PASSWORD, role: "viewer" }],
      ["PATCH", "/api/users/nobody", { role: "viewer" }],
      ["DELETE", "/api/users/admin"],
      ["GET", "/api/audit"],
      ["GET", "/api/tokens?user=admin"],
    ] as const) {
      const { status, json } = await as("eva", method, path, data);
      expect([path, status]).toEqual([path, 403]);
      expect(json.permission).toBeOneOf(["User_r", "User_rw", "System_rw"]);
    }
    const own = await as("eva", "GET", "/api/users/eva/permissions");
    expect(parse(PermissionsAnswer, own.json.data)).toEqual({
      role: "viewer",
      permissions: ["Device_r", "Media_r", "Storage_r", "System_r"],
    });
    expect((await as("chief", "GET", "/api/users/admin/permissions")).json.role).toBe("administrator");
  });

  test("get nothing from whoever does not hold it, and more than one holds is not edited", async () => {
    const { as } = await start();
    const status = async (...call: Parameters<typeof as>) => (await as(...call)).status;
    const bob = { name: "bob", password: PASSWORD };
    expect(await status("chief", "POST", "/api/users", { ...bob, role: "administrator" })).toBe(403);
    expect(await status("chief", "POST", "/api/users", { ...bob, role: "viewer", permissions: ["System_rw"] })).toBe(
      403,
    );
    expect(await status("chief", "PATCH", "/api/users/eva", { role: "administrator" })).toBe(403);
    expect(await status("chief", "PATCH", "/api/users/chief", { permissions: ["Network_rw"] })).toBe(403);
    expect(await status("chief", "PATCH", "/api/users/admin", { password: "another one" })).toBe(403);
    expect(await status("chief", "PATCH", "/api/users/admin", { onvif: false })).toBe(403);
    expect(await status("chief", "DELETE", "/api/users/admin")).toBe(403);
    expect(
      await status("chief", "POST", "/api/tokens", { name: "t", user: "admin", permissions: ["Network_rw"] }),
    ).toBe(403);
    expect(await status("chief", "POST", "/api/users", { ...bob, role: "operator" })).toBe(201);
    expect(await status("chief", "PATCH", "/api/users/bob", { role: "viewer", permissions: ["User_r"] })).toBe(200);
    expect(await status("chief", "DELETE", "/api/users/bob")).toBe(204);
  });

  test("always include an administrator", async () => {
    const { as } = await start();
    expect((await as("admin", "PATCH", "/api/users/admin", { role: "operator" })).json.code).toBe("CONFLICT");
    expect((await as("admin", "DELETE", "/api/users/admin")).status).toBe(409);
    await as("admin", "PATCH", "/api/users/eva", { role: "administrator" });
    expect((await as("eva", "DELETE", "/api/users/admin")).status).toBe(204);
    expect((await as("eva", "DELETE", "/api/users/eva")).status).toBe(409);
  });
});

describe("a password", () => {
  test("of one's own needs the old one, of others the permission", async () => {
    const { as, front } = await start();
    const change = (user: string, name: string, body: object) => as(user, "PATCH", `/api/users/${name}`, body);
    expect((await change("eva", "eva", { password: "another one" })).json).toMatchObject({
      code: "INVALID_VALUE",
      key: "old_password",
    });
    expect((await change("admin", "admin", { password: "another one" })).status).toBe(400);
    const wrong = await change("eva", "eva", { password: "another one", old_password: "wrong" });
    expect([wrong.status, wrong.json.key]).toEqual([403, "old_password"]);
    expect((await change("eva", "eva", { password: "short", old_password: PASSWORD })).status).toBe(400);
    expect((await change("eva", "eva", { password: "another one", old_password: PASSWORD })).status).toBe(200);
    expect((await as("eva", "GET", "/api/session")).status).toBe(401);
    expect((await curl("--digest", "-u", "eva:another one", `${front.url}/api/streams`)).last.status).toBe(200);
    expect((await change("chief", "eva", { password: PASSWORD })).status).toBe(200);
    expect((await as("eva", "GET", "/api/session")).status).toBe(200);
  });

  test("that is not the old one counts as a failed login", async () => {
    // by a session, for a login by Basic is a success, which forgets the failures before it
    const { front, withToken } = await start();
    const login = await curl("-d", JSON.stringify({ username: "eva", password: PASSWORD }), `${front.url}/api/login`);
    const body = { password: "another one", old_password: "wrong" };
    for (let failed = 0; failed < 5; failed += 1)
      expect((await withToken(login.json.token, "PATCH", "/api/users/eva", body)).status).toBe(403);
    const locked = await withToken(login.json.token, "PATCH", "/api/users/eva", { ...body, old_password: PASSWORD });
    expect([locked.status, locked.json.code]).toEqual([429, "LOCKED_OUT"]);
  });

  test("that changed ends the logins of the user, and named tokens stay", async () => {
    const { as, withToken, front } = await start();
    const login = await curl("-d", JSON.stringify({ username: "eva", password: PASSWORD }), `${front.url}/api/login`);
    const named = await withToken(login.json.token, "POST", "/api/tokens", { name: "nvr" });
    await as("admin", "PATCH", "/api/users/eva", { password: "another one" });
    expect((await withToken(login.json.token, "GET", "/api/session")).status).toBe(401);
    expect((await withToken(named.json.token, "GET", "/api/session")).json.user).toBe("eva");
    await as("admin", "PATCH", "/api/users/eva", { role: "guest" });
    expect((await withToken(named.json.token, "GET", "/api/session")).json.permissions).toEqual([]);
  });
});

describe("tokens", () => {
  test("are made, shown once, listed and revoked", async () => {
    const { as, withToken, front } = await start();
    const expires = front.clock.wallMs() + 60_000;
    const made = await as("eva", "POST", "/api/tokens", { name: "مسجل", permissions: ["Media_r"], expires });
    expect(made.status).toBe(201);
    const { token, ...rest } = parse(NewTokenAnswer, made.json.data);
    expect(rest).toMatchObject({ name: "مسجل", user: "eva", permissions: ["Media_r"], expires, last_used: null });
    expect((await withToken(token, "GET", "/api/streams")).status).toBe(200);
    expect((await withToken(token, "GET", "/api/camera/status")).json.permission).toBe("Device_r");
    const listed = await as("eva", "GET", "/api/tokens");
    expect(parse(array(TokenAnswer), listed.json.data)).toEqual([{ ...rest, last_used: front.clock.wallMs() }]);
    expect(JSON.stringify(listed.json)).not.toContain(token);
    expect((await as("chief", "DELETE", `/api/tokens/${rest.id}`)).status).toBe(204);
    expect((await withToken(token, "GET", "/api/streams")).status).toBe(401);
    expect((await as("eva", "DELETE", `/api/tokens/${rest.id}`)).status).toBe(404);
  });

  test("end by time", async () => {
    const { as, withToken, front } = await start();
    const expires = front.clock.wallMs() + 60_000;
    const made = await as("eva", "POST", "/api/tokens", { name: "nvr", expires });
    front.clock.advanceMs(59_999);
    expect((await withToken(made.json.token, "GET", "/api/session")).status).toBe(200);
    front.clock.advanceMs(1);
    expect((await withToken(made.json.token, "GET", "/api/session")).status).toBe(401);
  });

  test.each([
    [{}, 400],
    [{ name: "" }, 400],
    [{ name: "x".repeat(65) }, 400],
    [{ name: "a\nb" }, 400],
    [{ name: "nvr", expires: 1 }, 400],
    [{ name: "nvr", expires: "tomorrow" }, 400],
    [{ name: "nvr", permissions: ["System_rw"] }, 403],
    [{ name: "nvr", user: "chief" }, 403],
    [{ name: "nvr", secret: "x" }, 400],
  ])("are not made from %p", async (body, status) => {
    const { as } = await start();
    expect((await as("eva", "POST", "/api/tokens", body)).status).toBe(status);
  });

  test("widen neither their rights nor their lifetime, and change no password", async () => {
    const { as, withToken, front } = await start();
    const expires = front.clock.wallMs() + 60_000;
    const permissions = ["Media_r", "User_rw"];
    const { json } = await as("admin", "POST", "/api/tokens", { name: "nvr", permissions, expires });
    const make = (body: object) => withToken(json.token, "POST", "/api/tokens", { name: "child", ...body });
    expect((await make({ permissions: ["Device_r"] })).status).toBe(403);
    expect((await make({ expires: expires + 1 })).status).toBe(403);
    expect((await make({ expires: null })).status).toBe(403);
    expect((await make({})).json).toMatchObject({ permissions, expires });
    expect((await make({ permissions: ["Media_r"], expires: expires - 1 })).json).toMatchObject({
      permissions: ["Media_r"],
      expires: expires - 1,
    });
    const password = { password: "another one", old_password: ADMIN_PASSWORD };
    expect((await withToken(json.token, "PATCH", "/api/users/admin", password)).status).toBe(403);
    expect((await withToken(json.token, "PATCH", "/api/users/eva", { password: "another one" })).status).toBe(403);
    expect((await withToken(json.token, "PATCH", "/api/users/eva", { role: "administrator" })).status).toBe(403);
    expect((await withToken(json.token, "DELETE", "/api/users/admin")).status).toBe(403);
  });

  test("with fewer rights than the user revoke none that have more", async () => {
    const { as, withToken } = await start();
    const whole = await as("eva", "POST", "/api/tokens", { name: "whole" });
    const part = await as("eva", "POST", "/api/tokens", { name: "part", permissions: ["Media_r"] });
    expect((await withToken(part.json.token, "DELETE", `/api/tokens/${whole.json.id}`)).status).toBe(403);
    expect((await withToken(whole.json.token, "DELETE", `/api/tokens/${part.json.id}`)).status).toBe(204);
  });

  test("of another user are for those who manage users", async () => {
    const { as } = await start();
    const made = await as("chief", "POST", "/api/tokens", { name: "for eva", user: "eva" });
    expect(made.json).toMatchObject({ user: "eva", permissions: ["Device_r", "Media_r", "Storage_r", "System_r"] });
    expect((await as("chief", "GET", "/api/tokens?user=eva")).json.data).toHaveLength(1);
    expect((await as("chief", "GET", "/api/tokens?user=nobody")).status).toBe(404);
    expect((await as("eva", "GET", "/api/tokens")).json.data).toHaveLength(1);
    const admins = await as("admin", "POST", "/api/tokens", { name: "nvr" });
    expect((await as("eva", "DELETE", `/api/tokens/${admins.json.id}`)).status).toBe(404);
    expect((await as("chief", "DELETE", `/api/tokens/${admins.json.id}`)).status).toBe(403);
  });
});

describe("GET /api/audit", () => {
  test("tells who did what, newest first, in pages", async () => {
    const { as } = await start();
    await as("eva", "GET", "/api/users");
    await as("admin", "POST", "/api/users", { name: "bob", password: PASSWORD, role: "guest" });
    await as("nobody", "GET", "/api/session");
    const seen: unknown[] = [];
    let path = "/api/audit?limit=2";
    for (let pages = 0; pages < 10; pages += 1) {
      const { json, headers } = await as("admin", "GET", path);
      const lines = parse(array(AuditAnswer), json.data);
      expect(lines.length).toBeLessThanOrEqual(2);
      seen.push(...lines.map(({ action, subject, user }) => [action, subject, user]));
      const next = /<([^>]+)>/.exec(headers.get("link") ?? "")?.[1];
      if (next === undefined) break;
      expect(next).toBe(`?limit=2&cursor=${json.next_cursor}`);
      path = `/api/audit${next}`;
    }
    expect(seen).toEqual([
      ["login-failed", "nobody", null],
      ["user-added", "bob", "admin"],
      ["login", "admin", "admin"],
      ["login", "eva", "eva"],
      ["user-added", "eva", "admin"],
      ["user-added", "chief", "admin"],
      ["user-added", "admin", null],
    ]);
    expect((await as("admin", "GET", "/api/audit?cursor=x")).status).toBe(400);
  });
});
