import { afterAll, describe, expect, test } from "bun:test";
import { object } from "valibot";
import { type Route, route } from "../../src/http/route.ts";
import { curl } from "../support/curl.ts";
import { type HttpFront, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";

const OURS = "https://dashboard.example";
const CHANGE: Route = route({
  method: "POST",
  path: "/api/change",
  tag: "system",
  summary: "A test",
  success: { data: object({}) },
  access: "Device_rw",
  rate: "api",
  body: object({}),
  answer: () => ({}),
});

const front = await startHttpFront({ origins: [OURS], routes: [CHANGE] });
const closed = await startHttpFront({ routes: [CHANGE] });
afterAll(() => Promise.all([front.listener.stop(), closed.listener.stop()]));

async function headersOf(at: HttpFront, path: string, ...args: readonly string[]) {
  const { last } = await curl(...args, at.url + path);
  return {
    status: last.status,
    vary: last.headers.get("vary"),
    cors: Object.fromEntries(
      [...last.headers]
        .filter(([name]) => name.startsWith("access-control-"))
        .map(([name, value]) => [name.slice(15), value]),
    ),
  };
}

describe("with a configured origin", () => {
  test("its pages may read answers, errors too, with credentials", async () => {
    for (const [path, status] of [
      ["/api/info", 200],
      ["/api/streams", 401],
      ["/api/nothing", 404],
    ] as const) {
      const answer = await headersOf(front, path, "-H", `Origin: ${OURS}`);
      expect(answer).toMatchObject({
        status,
        vary: "Origin",
        cors: { "allow-origin": OURS, "allow-credentials": "true" },
      });
      expect(answer.cors["expose-headers"]).toContain("WWW-Authenticate");
    }
  });

  test("they may change the device, and their preflight says how", async () => {
    const preflight = await headersOf(
      front,
      "/api/change",
      ...["-X", "OPTIONS", "-H", `Origin: ${OURS}`],
      ...["-H", "Access-Control-Request-Method: POST", "-H", "Access-Control-Request-Headers: authorization"],
    );
    expect(preflight).toMatchObject({
      status: 204,
      cors: {
        "allow-origin": OURS,
        "allow-methods": "POST, OPTIONS",
        "allow-headers": expect.stringContaining("Authorization"),
        "max-age": "600",
      },
    });
    const login = ["-u", `admin:${ADMIN_PASSWORD}`, "-d", "{}"];
    expect(await headersOf(front, "/api/change", ...login, "-H", `Origin: ${OURS}`)).toMatchObject({ status: 200 });
  });

  test("others learn nothing, but caches learn that it depends", async () => {
    for (const origin of ["https://evil.example", "null", `${OURS}.evil.example`, OURS.toUpperCase(), `${OURS}/`])
      expect(await headersOf(front, "/api/info", "-H", `Origin: ${origin}`)).toEqual({
        status: 200,
        vary: "Origin",
        cors: {},
      });
    expect(await headersOf(front, "/api/info")).toEqual({ status: 200, vary: "Origin", cors: {} });
    const { last } = await curl("-H", "Accept-Encoding: br", `${front.url}/swagger`);
    expect(last.headers.get("vary")?.split(/, */)).toEqual(["Accept-Encoding", "Origin"]);
  });
});

test("without one nothing is allowed and nothing depends on it", async () => {
  const preflight = ["-X", "OPTIONS", "-H", "Access-Control-Request-Method: POST"];
  for (const args of [[], preflight])
    expect(await headersOf(closed, "/api/change", ...args, "-H", `Origin: ${OURS}`)).toMatchObject({
      vary: undefined,
      cors: {},
    });
});
