import { describe, expect, test } from "bun:test";
import type { AuthenticationResult } from "../../../../src/identity/authenticator.ts";
import type { DigestAlgorithm, DigestCredentials } from "../../../../src/identity/credentials.ts";
import { digestResponse, digestSecrets } from "../../../../src/identity/digest.ts";
import { createConnectionNonces } from "../../../../src/identity/nonce-store.ts";
import { PERMISSIONS, type Permission, ROLE_PERMISSIONS } from "../../../../src/identity/permissions.ts";
import { createCrypto } from "../../../../src/storage/crypto.ts";
import { basic, startAuthenticator } from "../../../support/authenticator.ts";
import { ADMIN_PASSWORD } from "../../../support/identity.ts";

const crypto = createCrypto();
const PASSWORD = ADMIN_PASSWORD;
const REJECTED = { outcome: "rejected", stale: false, presented: true } as const;
const STALE = { outcome: "rejected", stale: true, presented: true } as const;

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
    expect(await (await startAuthenticator()).ask()).toEqual(anonymous([]));
    expect(await (await startAuthenticator({ anonymous: "viewer" })).ask()).toEqual(anonymous(ROLE_PERMISSIONS.viewer));
    expect(await (await startAuthenticator({ anonymous: "viewer" })).ask({ allowAnonymous: false })).toEqual(
      anonymous([]),
    );
  });
});

describe("logins", () => {
  test("Basic and both Digests make the administrator", async () => {
    const { ask, nonces } = await startAuthenticator();
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

  test("wait for an administrator who is still being made; others do not", async () => {
    const { ask, authenticator, identity } = await startAuthenticator({ isStarting: true });
    let isMade = false;
    void identity.ready().then(() => {
      isMade = true;
    });
    expect(await ask()).toMatchObject({ outcome: "identified", identity: { user: undefined } });
    expect(isMade).toBe(false);
    const typed = { user: "admin", password: PASSWORD, address: "192.0.2.1", isSecure: true };
    const logins = [ask({ authorization: basic("admin", PASSWORD) }), authenticator.authenticatePassword(typed)];
    for (const login of logins) expect(await login).toMatchObject({ outcome: "identified" });
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
    expect(await (await startAuthenticator({ anonymous: "viewer" })).ask({ authorization })).toEqual(REJECTED);
  });

  test("a wrong token is rejected", async () => {
    expect(await (await startAuthenticator({ anonymous: "viewer" })).ask({ token: "abc" })).toEqual(REJECTED);
  });

  test("Digest for another target, method or user is rejected", async () => {
    const { ask, nonces } = await startAuthenticator();
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1", uri: "/b" }) })).toEqual(REJECTED);
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1" }), method: "POST" })).toEqual(REJECTED);
    expect(await ask({ authorization: digest(nonces.issue(), { nc: "1", user: "root" }) })).toEqual(REJECTED);
  });

  test("a used, unknown or expired nonce with the right hash is stale, with a wrong hash it is wrong", async () => {
    const { ask, nonces, clock } = await startAuthenticator();
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
    const { ask, nonces } = await startAuthenticator();
    const nonce = nonces.issue();
    await ask({ authorization: digest(nonce, { nc: "00000001", password: "wrong" }) });
    expect(await ask({ authorization: digest(nonce, { nc: "00000001" }) })).toMatchObject({ outcome: "identified" });
  });

  test("the form without count is for RTSP connections only", async () => {
    const { ask, nonces } = await startAuthenticator();
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
    const { ask, clock, logged } = await startAuthenticator();
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
    const { ask } = await startAuthenticator();
    for (let name = 0; name < 20; name += 1) await ask({ authorization: basic(`user${name}`, "x") });
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "locked-out" });
  });

  test("no credentials, stale nonces, malformed headers and wrong tokens are no failed logins", async () => {
    const { ask } = await startAuthenticator({ loginFailures: 1 });
    await ask();
    await ask({ authorization: digest("unknown", { nc: "00000001" }) });
    await ask({ authorization: digest("unknown") });
    await ask({ authorization: "Basic ???" });
    await ask({ authorization: "Bearer abc" });
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
  });

  test("a success forgets the failures before it", async () => {
    const { ask } = await startAuthenticator();
    for (let round = 0; round < 4; round += 1) {
      for (let failed = 0; failed < 4; failed += 1) await ask({ authorization: basic("admin", "wrong") });
      expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
    }
  });

  test("0 failures turns it off", async () => {
    const { ask } = await startAuthenticator({ loginFailures: 0 });
    for (let failed = 0; failed < 50; failed += 1) await ask({ authorization: basic("admin", "wrong") });
    expect(await ask({ authorization: basic("admin", PASSWORD) })).toMatchObject({ outcome: "identified" });
  });
});

test("challenges of one answer share realm and nonce", async () => {
  const { authenticator, nonces } = await startAuthenticator();
  const [sha256 = "", md5 = "", basicChallenge] = authenticator.challenges(nonces, ["SHA-256", "MD5"], true, false);
  expect(sha256).toMatch(/^Digest realm="RotorDream", nonce="[\w-]+", stale=true, algorithm=SHA-256, qop="auth"$/);
  expect(md5).toBe(sha256.replace("SHA-256", "MD5"));
  expect(basicChallenge).toBe('Basic realm="RotorDream", charset="UTF-8"');
});

describe("require_tls", () => {
  test("refuses Basic over plain connections and does not offer it there", async () => {
    const { ask, authenticator, nonces } = await startAuthenticator({ requireTls: true });
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
    const { ask, identity } = await startAuthenticator();
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
    const { ask, identity, authenticator, clock } = await startAuthenticator();
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
