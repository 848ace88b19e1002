import { describe, expect, test } from "bun:test";
import { createArrivals } from "../../../src/http/arrival.ts";
import {
  publicHost,
  publicOrigin,
  refuseForeignOrigin,
  requestedHost,
  trustsAnonymous,
} from "../../../src/http/host.ts";

const RULES = {
  hosts: ["Cam", "cam.local"],
  origins: ["https://dash.example"],
  trustedProxies: [],
  externalUrl: undefined,
  demo: false,
};

function request(headers: Record<string, string>, method = "GET"): Request {
  return new Request("http://localhost/api/info", { method, headers: { host: "cam:8080", ...headers } });
}

const arrivalAt = (host: string) => createArrivals(() => [])(request({ host }), "192.0.2.1");

describe("Host", () => {
  test.each([
    ["cam", "cam"],
    ["CAM:80", "cam"],
    ["cam.local.:8080", "cam.local"],
    ["localhost", "localhost"],
    ["192.0.2.1:8080", "192.0.2.1"],
    ["[::1]:8080", "[::1]"],
    ["[2001:DB8::1]", "[2001:db8::1]"],
  ])("%s is ours", (host, name) => {
    expect(requestedHost(arrivalAt(host), RULES)).toBe(name);
  });

  test.each([
    "evil.example",
    "cam.evil.example",
    "cam@evil",
    "cam:65536",
    "cam:99999999",
    "",
    "::1",
    "[::1",
    "1.2.3.4.5",
    "999.1.1.1",
    "[1.2.3.4]x",
    "localhost.evil",
  ])("%p is not", (host) => {
    expect(() => requestedHost(arrivalAt(host), RULES)).toThrow(expect.objectContaining({ kind: "misdirected" }));
  });
});

describe("browser origin", () => {
  const refused = (headers: Record<string, string>, method?: string) => {
    try {
      refuseForeignOrigin(request(headers, method), arrivalAt("cam:8080"), RULES);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ kind: "forbidden", detail: { errorCode: "FOREIGN_ORIGIN" } });
      return true;
    }
  };

  test.each([
    [{ origin: "http://evil.example" }],
    [{ origin: "http://cam" }],
    [{ origin: "https://cam:8080" }],
    [{ origin: "null" }],
    [{ origin: "http://cam:8080", "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "same-site" }],
    [{ origin: "http://evil.example", authorization: "Basic YTpi" }],
  ])("%j may not change state", (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) expect(refused(headers, method)).toBe(true);
    expect(refused({ ...headers, connection: "upgrade", upgrade: "websocket" })).toBe(true);
    expect(refused(headers)).toBe(false);
  });

  test.each([
    [{}],
    [{ origin: "http://cam:8080", "sec-fetch-site": "same-origin" }],
    [{ origin: "https://dash.example", "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "none" }],
    [{ origin: "http://evil.example", authorization: "Bearer abc" }],
  ])("%j may", (headers) => {
    expect(refused(headers, "POST")).toBe(false);
    expect(refused({ ...headers, upgrade: "websocket" })).toBe(false);
  });
});

describe("the demo trusts anonymous callers", () => {
  const demo = { ...RULES, demo: true };

  test("on this machine only", () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) expect(trustsAnonymous(request({}), host, demo)).toBe(true);
    for (const host of ["cam", "127.0.0.2", "192.0.2.1"]) expect(trustsAnonymous(request({}), host, demo)).toBe(false);
    expect(trustsAnonymous(request({}), "cam", RULES)).toBe(true);
  });

  test.each(["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-anything", "Via"])(
    "not through a proxy: %s",
    (name) => {
      expect(trustsAnonymous(request({ [name]: "x" }), "localhost", demo)).toBe(false);
      expect(trustsAnonymous(request({ [name]: "x" }), "localhost", RULES)).toBe(true);
    },
  );
});

test("URLs in answers use the external name where there is one", () => {
  expect(publicHost("cam", RULES)).toBe("cam");
  const external = { ...RULES, externalUrl: "https://cam.example:4443/x" };
  expect(publicHost("cam", external)).toBe("cam.example");
  expect(publicOrigin(arrivalAt("cam:8080"), RULES)).toBe("http://cam:8080");
  expect(publicOrigin({ ...arrivalAt("cam:443"), scheme: "https" }, RULES)).toBe("https://cam");
  expect(publicOrigin({ ...arrivalAt("[::1]:8080"), scheme: "gopher" }, RULES)).toBe("http://[::1]:8080");
  expect(publicOrigin(arrivalAt("cam:8080"), external)).toBe("https://cam.example:4443");
});
