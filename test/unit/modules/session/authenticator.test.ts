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
