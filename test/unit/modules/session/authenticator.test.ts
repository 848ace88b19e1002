import { describe, expect, test } from "bun:test";
import { createLog, lineSink } from "../../../../src/core/log.ts";
import type { AuthenticationRequest, AuthenticationResult } from "../../../../src/identity/authenticator.ts";
import type { DigestAlgorithm, DigestCredentials } from "../../../../src/identity/credentials.ts";
import { digestResponse, digestSecrets } from "../../../../src/identity/digest.ts";
import { createConnectionNonces, createHttpNonces } from "../../../../src/identity/nonce-store.ts";
import { PERMISSIONS, type Permission, ROLE_PERMISSIONS } from "../../../../src/identity/permissions.ts";
import { createCrypto } from "../../../../src/storage/crypto.ts";
import { ADMIN_PASSWORD, startTestIdentity } from "../../../support/identity.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const crypto = createCrypto();
const PASSWORD = ADMIN_PASSWORD;
const REJECTED = { outcome: "rejected", stale: false, presented: true } as const;
const STALE = { outcome: "rejected", stale: true, presented: true } as const;

async function setUp(options: { anonymous?: "guest" | "viewer"; loginFailures?: number; requireTls?: boolean } = {}) {
  const time = createManualTime();
  const { clock } = time;
  const logged: string[] = [];
  const log = createLog(
    lineSink("debug", false, clock.wallMs, (line) => logged.push(line)),
    "session",
  );
  const identity = await startTestIdentity({ ...time, log, ...options });
  const { authenticator } = identity;
  const nonces = createHttpNonces(crypto, clock);
  const ask = (changes: Partial<AuthenticationRequest> = {}) =>
    authenticator.authenticate({
      authorization: undefined,
      token: undefined,
      isSecure: false,
      method: "GET",
      acceptsUri: (uri) => uri === "/a",
      nonces,
      address: "192.0.2.1",
      allowAnonymous: true,
      ...changes,
    });
  return { ...time, identity, authenticator, nonces, ask, logged };
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

function digest(
  nonce: string,
  changes: { algorithm?: DigestAlgorithm; nc?: string; uri?: string; password?: string; user?: string } = {},
): string {
  const { algorithm = "MD5", nc, uri = "/a", password = PASSWORD, user = "admin" } = changes;
  const counted = nc === undefined ? undefined : { nc, cnonce: "c" };
  const sent: DigestCredentials = { scheme: "digest", user, nonce, uri, response: "", algorithm, counted };
  const response = digestResponse(crypto, sent, digestSecrets(crypto, user, password)[algorithm], "GET");
  const count = nc === undefined ? "" : `, qop=auth, nc=${nc}, cnonce="c"`;
  return `Digest username="${user}", realm="RotorDream", nonce="${nonce}", uri="${uri}", algorithm=${algorithm}, response="${response}"${count}`;
}

describe("anonymous callers", () => {
  test("are guests by default and viewers where that is wanted and trusted", async () => {
    const anonymous = (permissions: readonly Permission[]): AuthenticationResult => ({
      outcome: "identified",
      identity: { user: undefined, permissions: new Set(permissions) },
    });
    expect(await (await setUp()).ask()).toEqual(anonymous([]));
    expect(await (await setUp({ anonymous: "viewer" })).ask()).toEqual(anonymous(ROLE_PERMISSIONS.viewer));
    expect(await (await setUp({ anonymous: "viewer" })).ask({ allowAnonymous: false })).toEqual(anonymous([]));
  });
});

describe("logins", () => {
  test("Basic and both Digests make the administrator", async () => {
    const { ask, nonces } = await setUp();
    const administrator = {
      outcome: "identified",
      identity: { user: "admin", permissions: new Set(PERMISSIONS), login: { way: "password", id: undefined } },
    };
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject(administrator);
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "00000001" }) })).toMatchObject(administrator);
    expect(
      await ask({ authorization: digest(nonces.issue(), { nc: "00000001", algorithm: "SHA-256" }) }),
    ).toMatchObject(administrator);
  });

  test.each([
    basic("admin", "wrong"),
    basic("admin", ""),
    basic("Admin", PASSWORD),
    basic("", ""),
    "Bearer abc",
    "Basic ???",
    "Negotiate abc",
    "",
  ])("%p is rejected, whatever anonymous may do", async (authorization) => {
    expect(await (await setUp({ anonymous: "viewer" })).ask({ authorization })).toEqual(REJECTED);
  });

  test("a wrong token is rejected", async () => {
    expect(await (await setUp({ anonymous: "viewer" })).ask({ token: "abc" })).toEqual(REJECTED);
  });

  test("Digest for another target, method or user is rejected", async () => {
    const { ask, nonces } = await setUp();
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1", uri: "/b" }) })).toEqual(REJECTED);
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1" }), method: "POST" })).toEqual(REJECTED);
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1", user: "root" }) })).toEqual(REJECTED);
  });

  test("a used, unknown or expired nonce with the right hash is stale, with a wrong hash it is wrong", async () => {
    const { ask, nonces, clock } = await setUp();
    const authorization = digest(nonces.issue(), { nc: "00000001" });
    expect(await ask({ authorization })).toMatchObject({ outcome: "identified" });
    expect(await ask({ authorization })).toEqual(STALE);
    expect(await ask({ authorization: digest("unknown", { nc: "00000001" }) })).toEqual(STALE);
    expect(await ask({ authorization: digest("unknown", { nc: "00000001", password: "wrong" }) })).toEqual(REJECTED);
    const old = nonces.issue();
    clock.advanceMs(300_000);
    expect(await ask({ authorization: digest(old, { nc: "00000001" }) })).toEqual(STALE);
  });

  test("a wrong hash does not use up the count of an honest client", async () => {
    const { ask, nonces } = await setUp();
    const nonce = nonces.issue();
    await ask({ authorization: digest(nonce, { nc: "00000001", password: "wrong" }) });
    expect(await ask({ authorization: digest(nonce, { nc: "00000001" }) })).toMatchObject({ outcome: "identified" });
  });

  test("the form without count is for RTSP connections only", async () => {
    const { ask, nonces } = await setUp();
    expect(await ask({ authorization: digest(nonces.issue()) })).toEqual(REJECTED);
    const connection = createConnectionNonces(crypto);
    expect(await ask({ authorization: digest(connection.issue()), nonces: connection })).toMatchObject({
      outcome: "identified",
    });
    expect(await ask({ authorization: digest(nonces.issue()), nonces: connection })).toEqual(STALE);
  });
});

describe("the lock", () => {
  test("holds after five failures, even for the right password, and opens again", async () => {
    const { ask, clock, logged } = await setUp();
    const wrong = () => ask({ authorization: basic("admin", "wrong") });
    for (let failed = 0; failed < 5; failed += 1) expect(await wrong()).toEqual(REJECTED);
    const locked = { outcome: "locked-out", retryAfterSeconds: 300 } as const;
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toEqual(locked);
    expect(await ask({ authorization: basic("admin", PASSWORD), address: "192.0.2.9" })).toMatchObject({
      outcome: "identified",
    });
    expect(await ask()).toMatchObject({ outcome: "identified" });
    clock.advanceMs(300_000);
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
    expect(logged.join("")).toContain("192.0.2.1");
    expect(logged.join("")).not.toContain('wrong"');
  });

  test("unknown names count like wrong passwords, over all of them for the address", async () => {
    const { ask } = await setUp();
    for (let name = 0; name < 20; name += 1) await ask({ authorization: basic(`user${name}`, "x") });
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "locked-out" });
  });

  test("no credentials, stale nonces, malformed headers and wrong tokens are no failed logins", async () => {
    const { ask } = await setUp({ loginFailures: 1 });
    await ask();
    await ask({ authorization: digest("unknown", { nc: "00000001" }) });
    await ask({ authorization: digest("unknown") });
    await ask({ authorization: "Basic ???" });
    await ask({ authorization: "Bearer abc" });
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
  });

  test("a success forgets the failures before it", async () => {
    const { ask } = await setUp();
    for (let round = 0; round < 4; round += 1) {
      for (let failed = 0; failed < 4; failed += 1) await ask({ authorization: basic("admin", "wrong") });
      expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
    }
  });

  test("0 failures turns it off", async () => {
    const { ask } = await setUp({ loginFailures: 0 });
    for (let failed = 0; failed < 50; failed += 1) await ask({ authorization: basic("admin", "wrong") });
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
  });
});

test("challenges of one answer share realm and nonce", async () => {
  const { authenticator, nonces } = await setUp();
  const [sha256 = "", md5 = "", basicChallenge] = authenticator.challenges(nonces, ["SHA-256", "MD5"], true, false);
  expect(sha256).toMatch(/^Digest realm="RotorDream", nonce="[\w-]+", stale=true, algorithm=SHA-256, qop="auth"$/);
  expect(md5).toBe(sha256.replace("SHA-256", "MD5"));
  expect(basicChallenge).toBe('Basic realm="RotorDream", charset="UTF-8"');
});

describe("tokens", () => {
  const admin = { user: "admin", permissions: new Set(PERMISSIONS) };
  const caller = { identity: admin, address: "192.0.2.1" };

  async function withToken(more: { permissions?: readonly Permission[]; expires?: number } = {}) {
    const made = await setUp();
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
    const made = await setUp();
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
    const made = await setUp({ anonymous: "viewer" });
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

describe("require_tls", () => {
  test("refuses Basic over plain connections and does not offer it there", async () => {
    const { ask, authenticator, nonces } = await setUp({ requireTls: true });
    const authorization = basic("admin", PASSWORD);
    expect(await ask({ authorization })).toEqual(REJECTED);
    expect(await ask({ authorization, isSecure: true })).toMatchObject({ outcome: "identified" });
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1" }) })).toMatchObject({ outcome: "identified" });
    const login = { user: "admin", password: PASSWORD, address: "192.0.2.1" };
    expect(await authenticator.authenticatePassword({ ...login, isSecure: false })).toEqual(REJECTED);
    expect(await authenticator.authenticatePassword({ ...login, isSecure: true })).toMatchObject({
      outcome: "identified",
    });
    expect(authenticator.challenges(nonces, ["MD5"], false, false)).toHaveLength(1);
    expect(authenticator.challenges(nonces, ["MD5"], false, true)).toHaveLength(2);
  });
});

describe("the record", () => {
  test("has a line and an event for each failure and lock, with a name that can be shown anywhere", async () => {
    const { ask, identity } = await setUp();
    for (let failed = 0; failed < 6; failed += 1) await ask({ authorization: basic("admin", "hunter2hunter2") });
    await ask({ authorization: basic(`\u202e\u0007${"x".repeat(1000)}`, "hunter2hunter2") });
    const lines = identity.audit.list({ limit: 100 }).filter(({ action }) => action !== "user-added");
    expect(lines.map(({ action, subject, address }) => [action, subject, address]).reverse()).toEqual([
      ...Array(5).fill(["login-failed", "admin", "192.0.2.1"]),
      ["locked-out", "admin", "192.0.2.1"],
      ["login-failed", `??${"x".repeat(30)}`, "192.0.2.1"],
    ]);
    const events = identity.events.list({ limit: 100 });
    expect(events.map(({ kind }) => kind).reverse()).toEqual([
      ...Array(5).fill("login-failed"),
      "locked-out",
      "login-failed",
    ]);
    expect(events[1]?.data).toEqual({ user: "admin", address: "192.0.2.1", retry_after: 300 });
    expect(JSON.stringify([lines, events])).not.toContain("hunter2");
  });

  test("has one line for a client that logs in with every request, and one for each login of a form", async () => {
    const { ask, identity, authenticator, clock } = await setUp();
    const logins = () => identity.audit.list({ limit: 100 }).filter(({ action }) => action === "login").length;
    for (let asked = 0; asked < 3; asked += 1) await ask({ authorization: basic("admin", PASSWORD) });
    expect(logins()).toBe(1);
    clock.advanceMs(30 * 60_000);
    await ask({ authorization: basic("admin", PASSWORD) });
    expect(logins()).toBe(2);
    const form = { user: "admin", password: PASSWORD, address: "192.0.2.1", isSecure: false };
    for (let asked = 0; asked < 3; asked += 1) await authenticator.authenticatePassword(form);
    expect(logins()).toBe(5);
  });
});
