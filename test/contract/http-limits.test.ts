import { afterEach, expect, test } from "bun:test";
import { curl } from "../support/curl.ts";
import { type HttpFront, type HttpFrontOptions, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const LOGIN = `admin:${ADMIN_PASSWORD}`;

const running: HttpFront[] = [];
afterEach(async () => {
  for (const front of running.splice(0)) await front.listener.stop();
});

async function start(options: HttpFrontOptions): Promise<HttpFront> {
  const front = await startHttpFront(options);
  running.push(front);
  return front;
}

test("the 101st API request of a minute is 429 with the body of the contract", async () => {
  const front = await start({ apiPerMinute: 100, anonymous: "viewer" });
  const paths = ["/api/info", "/api/streams", "/api/nothing", "/api/v1/status"];
  for (let asked = 0; asked < 99; asked += 1) {
    const { status } = await fetch(front.url + paths[asked % paths.length]);
    expect(status).not.toBe(429);
  }
  const last = (await curl("-X", "DELETE", `${front.url}/api/info`)).last;
  expect(last.status).toBe(405);
  expect(["limit", "remaining", "reset"].map((name) => last.headers.get(`x-ratelimit-${name}`))).toEqual([
    "100",
    "0",
    "60",
  ]);

  front.clock.advanceMs(15_000);
  const refused = await curl(`${front.url}/api/info`);
  expect(refused.last.status).toBe(429);
  expect(refused.last.headers.get("retry-after")).toBe("45");
  expect(refused.json).toEqual({
    status: "error",
    error: "Rate limit exceeded",
    code: "RATE_LIMITED",
    limit: 100,
    period: "minute",
    retry_after: 45,
    timestamp: front.clock.wallMs(),
  });
  // Neither health nor stills nor another user are affected.
  expect((await curl(`${front.url}/health`)).last.status).toBe(200);
  expect((await curl(`${front.url}/image`)).last.status).toBe(200);
  expect((await curl("-u", LOGIN, `${front.url}/api/info`)).last.headers.get("x-ratelimit-remaining")).toBe("99");
  expect((await curl("-u", "admin:wrong", `${front.url}/api/info`)).last.status).toBe(429);

  front.clock.advanceMs(45_000);
  expect((await curl(`${front.url}/api/info`)).last.headers.get("x-ratelimit-remaining")).toBe("99");
});

test("stills have a limit of their own, a second long, over all their names", async () => {
  const front = await start({ mediaPerSecond: 20, anonymous: "viewer" });
  const paths = ["/api/snapshot", "/camera.jpeg", "/image"];
  for (let asked = 0; asked < 20; asked += 1) expect((await fetch(front.url + paths[asked % 3])).status).toBe(200);
  const { last, json } = await curl(`${front.url}/image`);
  expect([last.status, json.limit, json.period, json.retry_after]).toEqual([429, 20, "second", 1]);
  expect(last.headers.get("content-type")).toStartWith("application/json");
  front.clock.advanceMs(1000);
  expect((await curl(`${front.url}/image`)).last.status).toBe(200);
});

test("0 turns limits off, and then there is nothing to tell", async () => {
  const { url } = await start({ apiPerMinute: 0 });
  for (let asked = 0; asked < 150; asked += 1) expect((await fetch(`${url}/api/info`)).status).toBe(200);
  expect((await curl(`${url}/api/info`)).last.headers.has("x-ratelimit-limit")).toBe(false);
});

test("behind a trusted proxy clients count apart and names are the proxy's", async () => {
  const trusting = await start({ apiPerMinute: 1, anonymous: "viewer", trustedProxies: ["127.0.0.0/8"] });
  const statusFor = async (front: HttpFront, client: string) =>
    (await curl("-H", `X-Forwarded-For: ${client}`, `${front.url}/api/streams`)).last.status;
  expect(await statusFor(trusting, "192.0.2.1")).toBe(200);
  expect(await statusFor(trusting, "192.0.2.1")).toBe(429);
  expect(await statusFor(trusting, "192.0.2.2")).toBe(200);
  const wary = await start({ apiPerMinute: 1, anonymous: "viewer" });
  expect(await statusFor(wary, "192.0.2.1")).toBe(200);
  expect(await statusFor(wary, "192.0.2.2")).toBe(429);
  expect((await curl("-H", "X-Forwarded-Host: evil.example", `${wary.url}/health`)).last.status).toBe(200);
  expect((await curl("-H", "X-Forwarded-Host: evil.example", `${trusting.url}/health`)).last.status).toBe(421);
});
