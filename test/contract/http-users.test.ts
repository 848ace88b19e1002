import { afterEach, describe, expect, test } from "bun:test";
import { array, parse } from "valibot";
import { PermissionsAnswer, UserAnswer } from "../../src/modules/users/model.ts";
import { startWithUsers, USER_PASSWORD } from "../support/api-users.ts";
import { curl } from "../support/curl.ts";
import type { HttpFront } from "../support/http-front.ts";

const running: HttpFront[] = [];
afterEach(async () => {
  for (const front of running.splice(0)) await front.listener.stop();
});

async function start() {
  const made = await startWithUsers();
  running.push(made.front);
  return made;
}

describe("users", () => {
  test("are added, shown, changed and removed", async () => {
    const { as, front } = await start();
    const added = await as("admin", "POST", "/api/users", {
      name: "محمد",
      password: USER_PASSWORD,
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
    [{ name: "a b", password: USER_PASSWORD, role: "viewer" }, 400, "name"],
    [{ name: "..", password: USER_PASSWORD, role: "viewer" }, 400, "name"],
    [{ name: "bob", password: "short", role: "viewer" }, 400, "password"],
    [{ name: "bob-bob-bob", password: "bob-bob-bob", role: "viewer" }, 400, "password"],
    [{ name: "bob", password: USER_PASSWORD, role: "king" }, 400, "role"],
    [{ name: "bob", password: USER_PASSWORD }, 400, "role"],
    [{ name: "bob", password: USER_PASSWORD, role: "viewer", permissions: ["All"] }, 400, "permissions.0"],
    [{ name: "bob", password: USER_PASSWORD, role: "viewer", admin: true }, 400, "admin"],
    [{ name: "eva", password: USER_PASSWORD, role: "viewer" }, 409, undefined],
  ])("are not added from %p", async (body, status, key) => {
    const { as } = await start();
    const { json, status: got } = await as("admin", "POST", "/api/users", body);
    expect([got, json.key as string | undefined]).toEqual([status, key]);
    expect(String(json.error)).not.toContain(USER_PASSWORD);
  });

  test("need their permission", async () => {
    const { as, front } = await start();
    const body = { name: "bob", password: USER_PASSWORD, role: "viewer" };
    expect((await curl("-d", JSON.stringify(body), `${front.url}/api/users`)).last.status).toBe(401);
    for (const [method, path, data] of [
      ["GET", "/api/users"],
      ["GET", "/api/users/admin"],
      ["GET", "/api/users/admin/permissions"],
      ["POST", "/api/users", body],
      ["PATCH", "/api/users/admin", { role: "viewer" }],
      ["PATCH", "/api/users/eva", { role: "administrator" }],
      ["PATCH", "/api/users/eva", { password: "another one", old_password: USER_PASSWORD, role: "viewer" }],
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
    const bob = { name: "bob", password: USER_PASSWORD };
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
    expect((await change("eva", "eva", { password: "short", old_password: USER_PASSWORD })).status).toBe(400);
    expect((await change("eva", "eva", { password: "another one", old_password: USER_PASSWORD })).status).toBe(200);
    expect((await as("eva", "GET", "/api/session")).status).toBe(401);
    expect((await curl("--digest", "-u", "eva:another one", `${front.url}/api/streams`)).last.status).toBe(200);
    expect((await change("chief", "eva", { password: USER_PASSWORD })).status).toBe(200);
    expect((await as("eva", "GET", "/api/session")).status).toBe(200);
  });

  test("that is not the old one counts as a failed login", async () => {
    // by a session, for a login by Basic is a success, which forgets the failures before it
    const { front, withToken } = await start();
    const login = await curl(
      "-d",
      JSON.stringify({ username: "eva", password: USER_PASSWORD }),
      `${front.url}/api/login`,
    );
    const body = { password: "another one", old_password: "wrong" };
    for (let failed = 0; failed < 5; failed += 1)
      expect((await withToken(login.json.token, "PATCH", "/api/users/eva", body)).status).toBe(403);
    const locked = await withToken(login.json.token, "PATCH", "/api/users/eva", {
      ...body,
      old_password: USER_PASSWORD,
    });
    expect([locked.status, locked.json.code]).toEqual([429, "LOCKED_OUT"]);
  });

  test("that changed ends the logins of the user, and named tokens stay", async () => {
    const { as, withToken, front } = await start();
    const login = await curl(
      "-d",
      JSON.stringify({ username: "eva", password: USER_PASSWORD }),
      `${front.url}/api/login`,
    );
    const named = await withToken(login.json.token, "POST", "/api/tokens", { name: "nvr" });
    await as("admin", "PATCH", "/api/users/eva", { password: "another one" });
    expect((await withToken(login.json.token, "GET", "/api/session")).status).toBe(401);
    expect((await withToken(named.json.token, "GET", "/api/session")).json.user).toBe("eva");
    await as("admin", "PATCH", "/api/users/eva", { role: "guest" });
    expect((await withToken(named.json.token, "GET", "/api/session")).json.permissions).toEqual([]);
  });
});
