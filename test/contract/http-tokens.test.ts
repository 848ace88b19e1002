import { afterEach, describe, expect, test } from "bun:test";
import { array, parse } from "valibot";
import { AuditAnswer } from "../../src/modules/audit/model.ts";
import { NewTokenAnswer, TokenAnswer } from "../../src/modules/tokens/model.ts";
import { startWithUsers, USER_PASSWORD } from "../support/api-users.ts";
import type { HttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const running: HttpFront[] = [];
afterEach(async () => {
  for (const front of running.splice(0)) await front.listener.stop();
});

async function start() {
  const made = await startWithUsers();
  running.push(made.front);
  return made;
}

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

  test("made for somebody else do not grow with that user", async () => {
    const { as, withToken } = await start();
    const made = await as("chief", "POST", "/api/tokens", { name: "x", user: "eva" });
    expect([made.status, made.json.error]).toEqual([201, undefined]);
    expect((await as("admin", "PATCH", "/api/users/eva", { role: "administrator" })).status).toBe(200);
    expect((await withToken(made.json.token, "GET", "/api/audit")).status).toBe(403);
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

  test("widen neither their rights nor their lifetime", async () => {
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
  });

  test("change no users, whatever they may do: what they made of one would not end with them", async () => {
    const { as, withToken } = await start();
    const before = (await as("admin", "GET", "/api/users")).json.data;
    const { json } = await as("admin", "POST", "/api/tokens", { name: "everything" });
    const bob = { name: "bob", password: USER_PASSWORD, role: "viewer" };
    for (const [method, path, body] of [
      ["POST", "/api/users", bob],
      ["DELETE", "/api/users/eva"],
      ["PATCH", "/api/users/admin", { password: "another one", old_password: ADMIN_PASSWORD }],
      ["PATCH", "/api/users/eva", { password: "another one" }],
      ["PATCH", "/api/users/eva", { role: "operator" }],
      ["PATCH", "/api/users/eva", { permissions: ["User_rw"] }],
      ["PATCH", "/api/users/eva", { onvif: false }],
    ] as const) {
      const refused = await withToken(json.token, method, path, body);
      expect([refused.status, refused.json.error]).toEqual([
        403,
        "A token changes no users; log in with name and password",
      ]);
    }
    expect((await withToken(json.token, "GET", "/api/users")).json.data).toEqual(before);
    const login = await as("admin", "POST", "/api/login", { username: "admin", password: ADMIN_PASSWORD });
    expect((await withToken(login.json.token, "POST", "/api/users", bob)).status).toBe(201);
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
    await as("admin", "POST", "/api/users", { name: "bob", password: USER_PASSWORD, role: "guest" });
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
