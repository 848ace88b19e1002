import { afterAll, describe, expect, test } from "bun:test";
import { maxValue, number, object, pipe, unknown } from "valibot";
import { AppError } from "../../src/core/errors.ts";
import { type Route, route } from "../../src/http/route.ts";
import { curl } from "../support/curl.ts";
import { startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const DESCRIBED = { tag: "system", summary: "A test", success: { data: unknown() } } as const;

const ADMIN = ["-u", `admin:${ADMIN_PASSWORD}`] as const;

/** Routes as later features will declare them: bodies, parameters, defects. */
const EXTRA: readonly Route[] = [
  route({
    method: "POST",
    path: "/api/level/:name",
    access: "Device_rw",
    rate: "api",
    ...DESCRIBED,
    maxBodyBytes: 100,
    body: object({ level: pipe(number("must be a number"), maxValue(100, "must be at most 100")) }),
    answer: ({ body, params }) => ({ [params.name ?? ""]: body.level }),
  }),
  route({
    method: "DELETE",
    path: "/api/level/:name",
    access: "Device_rw",
    rate: "api",
    ...DESCRIBED,
    answer: () => new Response(null, { status: 204 }),
  }),
  route({
    method: "GET",
    path: "/api/defect",
    access: "open",
    rate: "api",
    ...DESCRIBED,
    answer: () => {
      throw new Error("secret path /etc/shadow");
    },
  }),
  route({
    method: "GET",
    path: "/api/conflict",
    access: "open",
    rate: "api",
    ...DESCRIBED,
    answer: () => {
      throw new AppError("conflict", "A recording is running");
    },
  }),
];

const front = await startHttpFront({ routes: EXTRA });
afterAll(() => front.listener.stop());

describe("envelope", () => {
  test("data stands inside and at the top level, stamped in milliseconds", async () => {
    const { last, json } = await curl(`${front.url}/api/info`);
    expect(last.status).toBe(200);
    expect(last.headers.get("content-type")).toStartWith("application/json");
    expect(json).toEqual({
      status: "success",
      data: { name: "RotorDream", version: "9.8.7", api_version: "v1.2" },
      timestamp: front.clock.wallMs(),
      name: "RotorDream",
      version: "9.8.7",
      api_version: "v1.2",
    });
  });

  test("envelope=none answers the bare value, errors keep theirs", async () => {
    expect((await curl(...ADMIN, `${front.url}/api/streams?envelope=none`)).json).toBeArray();
    expect((await curl(`${front.url}/api/nothing?envelope=none`)).json).toMatchObject({ status: "error" });
    const posted = await curl(...ADMIN, "-d", '{"level":1}', `${front.url}/api/level/a?envelope=none`);
    expect(posted.json).toMatchObject({ status: "success", data: { a: 1 } });
  });

  test("/api/v1 is the same", async () => {
    expect((await curl(`${front.url}/api/v1/info`)).json).toEqual((await curl(`${front.url}/api/info`)).json);
    expect((await curl(...ADMIN, `${front.url}/api/v1/snapshot`)).last.status).toBe(200);
  });

  test("every answer is versioned, kept by nobody and inert", async () => {
    for (const path of ["/api/info", "/api/streams", "/nothing", "/health", "/api/defect"]) {
      const { headers } = (await curl(front.url + path)).last;
      expect(headers.get("api-version")).toBe("v1.2");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });
});

describe("errors", () => {
  const json = ["-H", "Content-Type: application/json"] as const;
  const cases: readonly (readonly [
    what: string,
    args: readonly string[],
    status: number,
    members: Record<string, unknown>,
  ])[] = [
    ["unknown route", ["/api/nothing"], 404, { code: "NOT_FOUND" }],
    ["unknown page", ["/nothing"], 404, { code: "NOT_FOUND" }],
    ["root", ["/"], 404, { code: "NOT_FOUND" }],
    ["trailing slash", ["/api/info/"], 404, { code: "NOT_FOUND" }],
    ["double slash", ["//api/info"], 404, { code: "NOT_FOUND" }],
    ["double slash inside", ["/api//info"], 404, { code: "NOT_FOUND" }],
    ["another case", ["/API/info"], 404, { code: "NOT_FOUND" }],
    ["parameter that is no UTF-8", [...ADMIN, "-X", "DELETE", "/api/level/%ff"], 404, { code: "NOT_FOUND" }],
    ["wrong method", ["-X", "DELETE", "/api/info"], 405, { code: "METHOD_NOT_ALLOWED" }],
    ["missing permission", ["/api/streams"], 401, { code: "UNAUTHENTICATED" }],
    [
      "wrong value",
      [...ADMIN, "/api/snapshot?quality=101"],
      400,
      { code: "INVALID_VALUE", key: "quality", error: "quality must be a whole number from 1 to 100" },
    ],
    ["wrong value", [...ADMIN, "/camera.jpeg?quality=1e1"], 400, { code: "INVALID_VALUE", key: "quality" }],
    [
      "wrong choice",
      [...ADMIN, "/image?stream=stream3"],
      400,
      { code: "INVALID_VALUE", key: "stream", error: "stream must be stream1 or stream2" },
    ],
    ["malformed JSON", [...ADMIN, ...json, "-d", "{level:1", "/api/level/a"], 400, { code: "MALFORMED_JSON" }],
    [
      "missing body",
      [...ADMIN, "-X", "POST", "/api/level/a"],
      400,
      { code: "INVALID_VALUE", key: "level", error: "level is missing" },
    ],
    [
      "value out of range",
      [...ADMIN, "-d", '{"level":101}', "/api/level/a"],
      400,
      { key: "level", error: "level must be at most 100" },
    ],
    ["too large", [...ADMIN, "-d", "x".repeat(101), "/api/level/a"], 413, { code: "TOO_LARGE" }],
    [
      "too large, unannounced",
      [...ADMIN, "-H", "Transfer-Encoding: chunked", "-d", "x".repeat(101), "/api/level/a"],
      413,
      { code: "TOO_LARGE" },
    ],
    ["conflict", ["/api/conflict"], 409, { code: "CONFLICT", error: "A recording is running" }],
    ["foreign host", ["-H", "Host: evil.example", "/api/info"], 421, { code: "MISDIRECTED" }],
    ["malformed host", ["-H", "Host: a b/..", "/api/info"], 421, { code: "MISDIRECTED" }],
    ["impossible port", ["-H", "Host: cam:99999", "/api/info"], 421, { code: "MISDIRECTED" }],
    ["no host", ["--http1.0", "-H", "Host:", "/api/info"], 421, { code: "MISDIRECTED" }],
    [
      "foreign origin",
      [...ADMIN, "-d", '{"level":1}', "-H", "Origin: http://evil.example", "/api/level/a"],
      403,
      { code: "FOREIGN_ORIGIN" },
    ],
    [
      "foreign upgrade",
      ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Origin: http://evil.example", "/api/info"],
      403,
      { code: "FOREIGN_ORIGIN" },
    ],
  ];

  test.each(cases)("%s: %j", async (_, args, status, members) => {
    const run = await curl(...args.slice(0, -1), front.url + args.at(-1));
    expect(run.last.status).toBe(status);
    expect(run.last.headers.get("content-type")).toStartWith("application/json");
    expect(run.json).toMatchObject({
      status: "error",
      error: expect.stringMatching(/^\w.+/),
      timestamp: front.clock.wallMs(),
      ...members,
    });
  });

  test("a wrong method names the right ones, OPTIONS too", async () => {
    expect((await curl("-X", "PUT", `${front.url}/api/info`)).last.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    expect((await curl("-X", "PUT", `${front.url}/api/level/a`)).last.headers.get("allow")).toBe(
      "POST, DELETE, OPTIONS",
    );
    const options = (await curl("-X", "OPTIONS", `${front.url}/api/v1/level/a`)).last;
    expect([options.status, options.headers.get("allow")]).toEqual([204, "POST, DELETE, OPTIONS"]);
  });

  test("short host names do not shift the path", async () => {
    const host = ["-H", "Host: cam"];
    expect((await curl(...host, `${front.url}/api/v1/info?x=%zz`)).last.status).toBe(200);
    expect((await curl(...host, `${front.url}/x/api/info`)).last.status).toBe(404);
    expect((await curl(...host, "-X", "PROPFIND", `${front.url}/api/info`)).last.status).toBe(405);
  });

  test("a defect is logged under the id that the answer carries, and says nothing more", async () => {
    const { last, json: body } = await curl(`${front.url}/api/defect`);
    expect(last.status).toBe(500);
    expect(body.code).toBe("INTERNAL");
    expect(body.request_id).toMatch(/^[0-9a-f]{16}$/);
    expect(last.text).not.toContain("shadow");
    const line = front.logged.find((logged) => logged.includes(String(body.request_id)));
    expect(line).toContain("/etc/shadow");
  });

  test.each([
    ["permission is", "", 401],
    ["size is, where it is announced,", `Authorization: Basic ${btoa(`admin:${ADMIN_PASSWORD}`)}\r\n`, 413],
  ])("%s decided before the body arrives", async (_, login, status) => {
    const { promise: answered, resolve } = Promise.withResolvers<string>();
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: front.listener.port,
      socket: { data: (_socket, bytes) => resolve(bytes.toString()) },
    });
    socket.write(`POST /api/level/a HTTP/1.1\r\nHost: cam\r\n${login}Content-Length: 101\r\n\r\n`);
    socket.flush();
    expect(await answered).toStartWith(`HTTP/1.1 ${status} `);
    socket.terminate();
  });

  test("nor is malformed JSON looked at without permission", async () => {
    const { last } = await curl("-H", "Content-Type: application/json", "-d", "{not json", `${front.url}/api/level/a`);
    expect(last.status).toBe(401);
  });
});

describe("methods and bodies", () => {
  test("HEAD is GET without the body", async () => {
    const get = (await curl(`${front.url}/health`)).last;
    const head = (await curl("-I", `${front.url}/health`)).last;
    expect(head.status).toBe(200);
    expect(head.text).toBe("");
    for (const name of ["content-type", "content-length", "api-version"])
      expect(head.headers.get(name)).toBe(get.headers.get(name) ?? "missing");
    expect((await curl("-I", `${front.url}/api/streams`)).last.status).toBe(401);
  });

  test("JSON is accepted whatever the type says, the last of duplicate keys wins", async () => {
    for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/json"]) {
      const { json } = await curl(
        ...ADMIN,
        "-H",
        `Content-Type: ${type}`,
        "-d",
        '{"level":1,"level":7}',
        `${front.url}/api/level/a%2Fb`,
      );
      expect(json).toMatchObject({ status: "success", "a/b": 7 });
    }
  });

  test("204 has no body", async () => {
    const { last } = await curl(...ADMIN, "-X", "DELETE", `${front.url}/api/level/a`);
    expect([last.status, last.text]).toEqual([204, ""]);
  });

  test("a peer that hangs up inside its body is no defect of ours", async () => {
    const before = front.logged.length;
    const socket = await Bun.connect({ hostname: "127.0.0.1", port: front.listener.port, socket: { data() {} } });
    const login = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString("base64");
    socket.write(
      `POST /api/level/a HTTP/1.1\r\nHost: cam\r\nAuthorization: Basic ${login}\r\nContent-Length: 50\r\n\r\n{"level"`,
    );
    socket.flush();
    socket.terminate();
    await curl(`${front.url}/health`);
    expect(front.logged.slice(before)).toEqual([]);
  });
});
