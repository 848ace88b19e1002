import { afterEach, describe, expect, test } from "bun:test";
import { createCrypto } from "../../src/storage/crypto.ts";
import { curl } from "../support/curl.ts";
import { type HttpFront, type HttpFrontOptions, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const LOGIN = `admin:${ADMIN_PASSWORD}`;
const CHALLENGES =
  /^Digest realm="RotorDream", nonce="([\w-]+)", stale=(true|false), algorithm=SHA-256, qop="auth", Digest realm="RotorDream", nonce="\1", stale=\2, algorithm=MD5, qop="auth", Basic realm="RotorDream", charset="UTF-8"$/;

const running: HttpFront[] = [];
afterEach(async () => {
  for (const front of running.splice(0)) await front.listener.stop();
});

async function start(options: HttpFrontOptions = {}): Promise<HttpFront> {
  const front = await startHttpFront(options);
  running.push(front);
  return front;
}

/** A Digest `Authorization` header made by hand, to say what no curl would. */
function digestHeader(
  challenge: string,
  uri: string,
  changes: { nc?: string; password?: string; counted?: boolean } = {},
): string {
  const { nc = "00000001", password = ADMIN_PASSWORD, counted = true } = changes;
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? "none";
  const { md5Hex } = createCrypto();
  const ha1 = md5Hex(`admin:RotorDream:${password}`);
  const ha2 = md5Hex(`GET:${uri}`);
  const response = md5Hex(counted ? `${ha1}:${nonce}:${nc}:c:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  const count = counted ? `, qop=auth, nc=${nc}, cnonce="c"` : "";
  return `Authorization: Digest username="admin", realm="RotorDream", nonce="${nonce}", uri="${uri}", response="${response}"${count}`;
}

const challengeOf = async (url: string) => (await curl(url)).last.headers.get("www-authenticate") ?? "";

describe("ways in", () => {
  test("curl logs in by Basic, Digest and whatever is offered", async () => {
    const { url } = await start();
    for (const way of ["--basic", "--digest", "--anyauth"]) {
      const run = await curl(way, "-u", LOGIN, `${url}/api/streams`);
      expect(run.last.status).toBe(200);
      expect(run.answers.map(({ status }) => status)).toEqual(way === "--basic" ? [200] : [401, 200]);
    }
  });

  test("Digest works for HEAD, POST, queries and paths that need escapes", async () => {
    const { url } = await start();
    expect((await curl("--digest", "-u", LOGIN, "-I", `${url}/api/streams`)).last.status).toBe(200);
    expect((await curl("--digest", "-u", LOGIN, "-d", "x", `${url}/api/streams?auth=required`)).last.status).toBe(405);
    for (const query of ["?a=%7e&b=1,2", "?a='b'", "?a=(x)*&b=%22", "?quality=50&stream=stream2"]) {
      expect((await curl("--digest", "-u", LOGIN, `${url}/api/snapshot${query}`)).last.status).toBe(200);
    }
  });

  test("wrong credentials are 401 with a challenge, also on open routes", async () => {
    const { url } = await start({ anonymous: "viewer" });
    for (const path of ["/api/info", "/api/streams", "/health", "/nothing"]) {
      for (const credentials of [
        ["-u", "admin:wrong"],
        ["-u", "nobody:x"],
        ["-H", "Authorization: Bearer abc"],
        ["-H", "Authorization: Basic ???"],
      ]) {
        const { last, json } = await curl(...credentials, url + path);
        if (last.status !== 429) expect([last.status, json.code]).toEqual([401, "UNAUTHENTICATED"]);
        if (last.status === 401) expect(last.headers.get("www-authenticate")).toMatch(CHALLENGES);
      }
    }
    expect((await curl(`${url}/image?token=abc`)).last.status).toBe(401);
    expect((await curl(`${url}/image`)).last.status).toBe(200);
  });
});

describe("challenges", () => {
  test("stand in one line, SHA-256 before MD5 before Basic, with one realm and nonce", async () => {
    const { url } = await start();
    const { last } = await curl(`${url}/api/streams`);
    expect(last.status).toBe(401);
    expect(last.headers.get("www-authenticate")).toMatch(CHALLENGES);
  });

  test("auth=required asks anonymous callers on open routes, and lets Digest through", async () => {
    const { url } = await start({ anonymous: "viewer" });
    expect((await curl(`${url}/api/info?auth=required`)).last.status).toBe(401);
    const run = await curl("--digest", "-u", LOGIN, `${url}/api/info?auth=required`);
    expect(run.last.status).toBe(200);
    expect(run.json.serial).toBe("0001");
  });

  test("/api/info shows anonymous callers the challenge beside its 200, other routes do not", async () => {
    const { url } = await start({ anonymous: "viewer" });
    expect((await curl(`${url}/api/info`)).last.headers.get("www-authenticate")).toMatch(CHALLENGES);
    expect((await curl("-u", LOGIN, `${url}/api/info`)).last.headers.has("www-authenticate")).toBe(false);
    expect((await curl(`${url}/api/status`)).last.headers.has("www-authenticate")).toBe(false);
  });

  test("our page gets its 401 without one", async () => {
    const { url } = await start();
    const { last } = await curl("-H", "X-Requested-With: rotordream", `${url}/api/streams`);
    expect([last.status, last.headers.has("www-authenticate")]).toEqual([401, false]);
    expect(
      (await curl("-H", "X-Requested-With: XMLHttpRequest", `${url}/api/streams`)).last.headers.has("www-authenticate"),
    ).toBe(true);
  });
});

describe("nonces", () => {
  test("a replayed request is stale, a counted-on one is not", async () => {
    const { url } = await start();
    const challenge = await challengeOf(`${url}/api/streams`);
    const request = async (nc: string) =>
      (await curl("-H", digestHeader(challenge, "/api/streams", { nc }), `${url}/api/streams`)).last;
    expect((await request("00000002")).status).toBe(200);
    expect((await request("00000001")).status).toBe(200);
    const replayed = await request("00000002");
    expect(replayed.status).toBe(401);
    expect(replayed.headers.get("www-authenticate")).toMatch(/^Digest realm="RotorDream", nonce="[\w-]+", stale=true,/);
  });

  test("an expired or unknown one is stale with the right password and not with a wrong one", async () => {
    const front = await start();
    const url = `${front.url}/api/streams`;
    const challenge = await challengeOf(url);
    front.clock.advanceMs(5 * 60_000);
    const staleOf = async (header: string) =>
      /stale=(\w+)/.exec((await curl("-H", header, url)).last.headers.get("www-authenticate") ?? "")?.[1];
    expect(await staleOf(digestHeader(challenge, "/api/streams"))).toBe("true");
    expect(await staleOf(digestHeader('nonce="made-up"', "/api/streams"))).toBe("true");
    expect(await staleOf(digestHeader(challenge, "/api/streams", { password: "wrong" }))).toBe("false");
  });

  test("the form without count and a header for another target are refused", async () => {
    const { url } = await start();
    const challenge = await challengeOf(`${url}/api/streams`);
    const statusOf = async (header: string) => (await curl("-H", header, `${url}/api/streams`)).last.status;
    expect(await statusOf(digestHeader(challenge, "/api/streams", { counted: false }))).toBe(401);
    expect(await statusOf(digestHeader(challenge, "/api/status"))).toBe(401);
    expect(await statusOf(digestHeader(challenge, "/api/streams"))).toBe(200);
  });

  test("listeners of both families share them", async () => {
    const { url, listener } = await start({ addresses: ["127.0.0.1", "::1"] });
    const challenge = await challengeOf(`${url}/api/streams`);
    const header = digestHeader(challenge, "/api/streams");
    expect((await curl("-H", header, `http://[::1]:${listener.port}/api/streams`)).last.status).toBe(200);
    expect((await curl("-H", header, `${url}/api/streams`)).last.status).toBe(401);
  });
});

describe("permissions", () => {
  test("an anonymous caller who lacks one gets 401, never 403", async () => {
    const { url } = await start({ anonymous: "viewer" });
    expect((await curl(`${url}/api/streams`)).last.status).toBe(200);
    expect((await curl(`${url}/api/camera/status`)).last.status).toBe(200);
    const guest = await start({ anonymous: "guest" });
    expect((await curl(`${guest.url}/api/camera/status`)).last.status).toBe(401);
    expect((await curl(`${guest.url}/image`)).last.status).toBe(401);
  });

  test("the demo shows pictures on this machine, and to nobody who came through a proxy or by another name", async () => {
    const { url, listener } = await start({ anonymous: "viewer", demo: true, addresses: ["127.0.0.1", "::1"] });
    const statusOf = async (...args: string[]) => (await curl(...args, `${url}/api/streams`)).last.status;
    expect(await statusOf()).toBe(200);
    expect(await statusOf("-H", "Host: localhost")).toBe(200);
    expect((await curl(`http://[::1]:${listener.port}/api/streams`)).last.status).toBe(200);
    expect(await statusOf("-H", "X-Forwarded-For: 192.0.2.1")).toBe(401);
    expect(await statusOf("-H", "Forwarded: for=192.0.2.1")).toBe(401);
    expect(await statusOf("-H", "Via: 1.1 proxy")).toBe(401);
    expect(await statusOf("-H", "Host: cam.local")).toBe(401);
    expect(await statusOf("-H", "Host: 192.0.2.1")).toBe(401);
    expect(await statusOf("-H", "Host: evil.example")).toBe(421);
    expect(await statusOf("-u", LOGIN, "-H", "Via: 1.1 proxy")).toBe(200);
  });
});

describe("lock-out", () => {
  test("after five failures even the right password is 429, for five minutes", async () => {
    const front = await start();
    const url = `${front.url}/api/streams`;
    for (let failed = 0; failed < 5; failed += 1) expect((await curl("-u", "admin:wrong", url)).last.status).toBe(401);
    for (const way of ["--basic", "--digest"]) {
      const { last, json } = await curl(way, "-u", LOGIN, url);
      expect(last.status).toBe(429);
      expect(last.headers.get("retry-after")).toBe("300");
      expect(json).toEqual({
        status: "error",
        error: "Too many failed logins",
        code: "LOCKED_OUT",
        limit: 5,
        period: "5 minutes",
        retry_after: 300,
        timestamp: front.clock.wallMs(),
      });
    }
    expect((await curl("-u", "operator:x", url)).last.status).toBe(401);
    expect((await curl(`${front.url}/api/info`)).last.status).toBe(200);
    front.clock.advanceMs(300_000);
    expect((await curl("-u", LOGIN, url)).last.status).toBe(200);
  });

  test("twenty failures over all names lock the address", async () => {
    const { url } = await start();
    for (let name = 0; name < 20; name += 1) await curl("-u", `user${name}:x`, `${url}/api/streams`);
    expect((await curl("-u", LOGIN, `${url}/api/streams`)).last.status).toBe(429);
  });

  test("asking without credentials or with a stale nonce is no failed login", async () => {
    const { url } = await start({ loginFailures: 1 });
    for (let asked = 0; asked < 3; asked += 1) {
      await curl(`${url}/api/streams`);
      await curl("-H", digestHeader('nonce="made-up"', "/api/streams"), `${url}/api/streams`);
    }
    expect((await curl("-u", LOGIN, `${url}/api/streams`)).last.status).toBe(200);
  });

  test("0 turns it off", async () => {
    const { url } = await start({ loginFailures: 0 });
    for (let failed = 0; failed < 25; failed += 1) await curl("-u", "admin:wrong", `${url}/api/streams`);
    expect((await curl("-u", LOGIN, `${url}/api/streams`)).last.status).toBe(200);
  });
});
