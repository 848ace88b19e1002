import { describe, expect, test } from "bun:test";
import type { AuthenticationRequest } from "../../../../src/identity/authenticator.ts";
import { PERMISSIONS, type Permission, ROLE_PERMISSIONS } from "../../../../src/identity/permissions.ts";
import { basic, startAuthenticator } from "../../../support/authenticator.ts";
import { ADMIN_PASSWORD } from "../../../support/identity.ts";

const PASSWORD = ADMIN_PASSWORD;
const REJECTED = { outcome: "rejected", stale: false, presented: true } as const;

describe("tokens", () => {
  const admin = { user: "admin", permissions: new Set(PERMISSIONS) };
  const caller = { identity: admin, address: "192.0.2.1" };

  async function withToken(more: { permissions?: readonly Permission[]; expires?: number } = {}) {
    const made = await startAuthenticator();
    const { token: secret, id } = made.identity.tokens.add(caller, { name: "nvr", ...more }) as {
      token: string;
      id: string;
    };
    return { ...made, secret, id, bearer: () => made.ask({ authorization: `Bearer ${secret}` }) };
  }

  test("come as Bearer or ?token=, with their own part of the user's rights", async () => {
    const { ask, bearer, secret, id } = await withToken({ permissions: ["Media_r"], expires: 2e12 });
    const login = { way: "token", id, expiresMs: 2e12 };
    const identified = { outcome: "identified", identity: { user: "admin", permissions: new Set(["Media_r"]), login } };
    expect(await bearer()).toMatchObject(identified);
    expect(await ask({ token: secret })).toMatchObject(identified);
    expect(await ask({ token: secret, authorization: "Bearer wrong" })).toEqual(REJECTED);
  });

  test("are refused once expired or revoked, and are no session cookies", async () => {
    const { ask, bearer, clock, secret, id, identity } = await withToken({ expires: 1_704_067_200_000 + 60_000 });
    expect(await ask({ cookie: secret })).toMatchObject({ outcome: "identified", identity: { user: undefined } });
    expect(await bearer()).toMatchObject({ outcome: "identified" });
    clock.advanceMs(60_000);
    expect(await bearer()).toEqual(REJECTED);
    const other = await withToken();
    other.identity.tokens.remove(caller, other.id);
    expect(await other.bearer()).toEqual(REJECTED);
    expect(() => identity.tokens.remove(caller, id)).not.toThrow();
  });

  test("never allow more than their user may now", async () => {
    const { bearer, identity } = await withToken({ permissions: ["Media_r", "Network_rw"] });
    identity.database.run("UPDATE users SET role = 'viewer'");
    expect(await bearer()).toMatchObject({ identity: { permissions: new Set(["Media_r"]) } });
  });

  test("have their last use written, at most once a minute", async () => {
    const { bearer, clock, identity } = await withToken();
    const lastUsed = () => (identity.tokens.list(caller, undefined) as { last_used: number }[])[0]?.last_used;
    await bearer();
    const first = clock.wallMs();
    expect(lastUsed()).toBe(first);
    clock.advanceMs(59_999);
    await bearer();
    expect(lastUsed()).toBe(first);
    clock.advanceMs(1);
    await bearer();
    expect(lastUsed()).toBe(first + 60_000);
  });
});

describe("sessions", () => {
  async function loggedIn() {
    const made = await startAuthenticator();
    const login = async () => {
      const { cookie, answer } = await made.identity.sessions.logIn({
        user: "admin",
        password: PASSWORD,
        address: "192.0.2.1",
        isSecure: false,
      });
      return { cookie, token: (answer as { token: string }).token };
    };
    const { cookie, token } = await login();
    const userOf = async (changes: Partial<AuthenticationRequest>) => {
      const result = await made.ask(changes);
      return result.outcome === "identified" ? (result.identity.user ?? "nobody") : result.outcome;
    };
    return { ...made, cookie, token, login, userOf };
  }

  test("idle out after half an hour without use, after which the cookie counts as none", async () => {
    const { cookie, token, userOf, advanceMs, clock } = await loggedIn();
    for (let used = 0; used < 3; used += 1) {
      clock.advanceMs(30 * 60_000 - 1);
      expect(await userOf({ cookie })).toBe("admin");
    }
    clock.advanceMs(30 * 60_000);
    expect(await userOf({ cookie })).toBe("nobody");
    expect(await userOf({ authorization: `Bearer ${token}` })).toBe("admin");
    advanceMs(120_000);
    expect(await userOf({ cookie })).toBe("nobody");
  });

  test("end after twelve hours however much they are used, and so does the token", async () => {
    const { cookie, token, userOf, clock } = await loggedIn();
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      clock.advanceMs(20 * 60_000);
      expect(await userOf({ cookie })).toBe("admin");
    }
    clock.advanceMs(20 * 60_000);
    expect(await userOf({ cookie })).toBe("nobody");
    expect(await userOf({ authorization: `Bearer ${token}` })).toBe("rejected");
  });

  test("stand behind whatever else is presented; a made-up cookie is nobody", async () => {
    const { cookie, token, userOf } = await loggedIn();
    expect(await userOf({ cookie: "made up" })).toBe("nobody");
    expect(await userOf({ cookie, authorization: basic("admin", "wrong") })).toBe("rejected");
    expect(await userOf({ cookie, token: "wrong" })).toBe("rejected");
    expect(await userOf({ cookie: token })).toBe("nobody");
    expect(await userOf({ authorization: `Bearer ${cookie}` })).toBe("rejected");
  });

  test("a sign of life on an open connection keeps one from idling out", async () => {
    const { ask, cookie, userOf, clock, authenticator } = await loggedIn();
    const result = await ask({ cookie });
    if (result.outcome !== "identified") throw new Error(result.outcome);
    for (let used = 0; used < 3; used += 1) {
      clock.advanceMs(29 * 60_000);
      authenticator.noteUse(result.identity);
    }
    expect(authenticator.refresh(result.identity)).toBeDefined();
    expect(await userOf({ cookie })).toBe("admin");
    clock.advanceMs(30 * 60_000);
    expect(authenticator.refresh(result.identity)).toBeUndefined();
  });
});

describe("rights that changed", () => {
  async function withEva() {
    const made = await startAuthenticator({ anonymous: "viewer" });
    await made.identity.addUser("eva", "geheim geheim", "operator");
    const identityOf = async (changes: Partial<AuthenticationRequest>) => {
      const result = await made.ask(changes);
      if (result.outcome !== "identified") throw new Error(result.outcome);
      return result.identity;
    };
    let told = 0;
    const stop = made.authenticator.onRightsChanged(() => {
      told += 1;
    });
    const admin = { identity: { user: "admin", permissions: new Set(PERMISSIONS) }, address: "192.0.2.1" };
    return { ...made, identityOf, admin, told: () => told, stop };
  }

  test("refresh gives a login by password what its user may now, until another password", async () => {
    const { identityOf, identity, admin, authenticator, told, stop } = await withEva();
    const eva = await identityOf({ authorization: basic("eva", "geheim geheim") });
    expect(authenticator.refresh(eva)).toEqual(eva);
    await identity.users.change(admin, "eva", { role: "viewer" });
    expect(authenticator.refresh(eva)?.permissions).toEqual(new Set(ROLE_PERMISSIONS.viewer));
    expect(told()).toBe(1);
    await identity.users.change(admin, "eva", { password: "neues geheimnis" });
    expect(authenticator.refresh(eva)).toBeUndefined();
    const again = await identityOf({ authorization: basic("eva", "neues geheimnis") });
    expect(told()).toBe(2);
    stop();
    identity.users.remove(admin, "eva");
    expect(authenticator.refresh(again)).toBeUndefined();
    expect(told()).toBe(2);
  });

  test("a user of the same name made anew is another one", async () => {
    const { identityOf, identity, admin, authenticator, addUserAgain } = await withEva().then((made) => ({
      ...made,
      addUserAgain: () => made.identity.addUser("eva", "geheim geheim", "operator"),
    }));
    const eva = await identityOf({ authorization: basic("eva", "geheim geheim") });
    identity.users.remove(admin, "eva");
    await addUserAgain();
    expect(authenticator.refresh(eva)).toBeUndefined();
  });

  test("anonymous callers stay what they were", async () => {
    const { identityOf, authenticator } = await withEva();
    const viewer = await identityOf({});
    expect(authenticator.refresh(viewer)).toEqual(viewer);
    const guest = await identityOf({ allowAnonymous: false });
    expect(authenticator.refresh(guest)).toEqual(guest);
  });

  test("a remembered Basic login ends with its password", async () => {
    const { ask, identityOf, identity, admin } = await withEva();
    await identityOf({ authorization: basic("eva", "geheim geheim") });
    await identity.users.change(admin, "eva", { password: "neues geheimnis" });
    expect(await ask({ authorization: basic("eva", "geheim geheim") })).toEqual(REJECTED);
  });
});
