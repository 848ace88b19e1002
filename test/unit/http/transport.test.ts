import { describe, expect, test } from "bun:test";
import type { AppError } from "../../../src/core/errors.ts";
import { checkTransport, type Transported, type TransportRules } from "../../../src/http/transport.ts";

const NONE: TransportRules = { requireTls: false, httpsRedirect: false, hsts: false, httpsPort: 8443 };

function transported(url: string, init: RequestInit = {}, given: Partial<Transported> = {}): Transported {
  const { protocol, host, hostname } = new URL(url);
  return {
    request: new Request(url, init),
    arrival: { address: "192.0.2.9", authority: host, scheme: protocol.slice(0, -1) },
    peer: "192.0.2.9",
    host: hostname,
    cookieName: "rd_80",
    carriesSecrets: false,
    ...given,
  };
}

describe("https_redirect", () => {
  const redirect = (one: Transported, rules: Partial<TransportRules> = {}) =>
    checkTransport(one, { ...NONE, httpsRedirect: true, ...rules }, new Headers());

  test.each([
    ["http://cam/", 8443, "https://cam:8443/"],
    ["http://cam:8080/api/streams?x=%20&y", 8443, "https://cam:8443/api/streams?x=%20&y"],
    ["http://cam/", 443, "https://cam/"],
    ["http://[2001:db8::7]/a", 443, "https://[2001:db8::7]/a"],
    ["http://cam/healthy", 443, "https://cam/healthy"],
  ])("%s with port %d goes to %s", (url, httpsPort, location) => {
    const answer = redirect(transported(url, { method: "POST" }), { httpsPort });
    expect(answer?.status).toBe(308);
    expect(answer?.headers.get("location")).toBe(location);
  });

  test("not for health checks, this machine, TLS, or a proxy that ended TLS", () => {
    expect(redirect(transported("http://cam/health"))).toBeUndefined();
    expect(redirect(transported("http://cam/health/ready"))).toBeUndefined();
    for (const peer of ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
      expect(redirect(transported("http://cam/", {}, { peer }))).toBeUndefined();
    expect(redirect(transported("https://cam/"))).toBeUndefined();
    const arrival = { address: "198.51.100.1", authority: "cam", scheme: "https" };
    expect(redirect(transported("http://cam/", {}, { arrival }))).toBeUndefined();
    expect(checkTransport(transported("http://cam/"), NONE, new Headers())).toBeUndefined();
  });
});

describe("require_tls", () => {
  const refused = (one: Transported, headers = new Headers()): AppError | undefined => {
    try {
      checkTransport(one, { ...NONE, requireTls: true }, headers);
      return undefined;
    } catch (error) {
      return error as AppError;
    }
  };

  test.each([
    ["a token", "http://cam/api/streams", { Authorization: "bearer abc" }],
    ["a token in the URL", "http://cam/api/snapshot?token=abc", {}],
    ["a session", "http://cam/api/streams", { Cookie: "a=b; rd_80=abc" }],
  ])("refuses %s on plain HTTP and names the way", (_, url, headers) => {
    expect(refused(transported(url, { headers }))).toMatchObject({
      kind: "forbidden",
      message: "Tokens and sessions are taken over TLS only: use https://cam:8443/",
      detail: { errorCode: "TLS_REQUIRED" },
    });
    expect(refused(transported(url.replace("http:", "https:"), { headers }))).toBeUndefined();
  });

  test("refuses a route that carries secrets, whoever asks, on plain HTTP only", () => {
    const headers = { Authorization: "Digest username=x" };
    for (const init of [{}, { headers }])
      expect(refused(transported("http://cam/api/tokens", init, { carriesSecrets: true }))).toMatchObject({
        message: "Passwords, tokens, keys and backups travel over TLS only: use https://cam:8443/",
        detail: { errorCode: "TLS_REQUIRED" },
      });
    expect(refused(transported("https://cam/api/tokens", {}, { carriesSecrets: true }))).toBeUndefined();
    expect(
      checkTransport(transported("http://cam/", {}, { carriesSecrets: true }), NONE, new Headers()),
    ).toBeUndefined();
  });

  test("takes the cookie away, so that the next request is let through", () => {
    const headers = new Headers();
    refused(transported("http://cam/", { headers: { Cookie: "rd_80=abc" } }), headers);
    expect(headers.get("set-cookie")).toBe("rd_80=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
  });

  test("lets Digest and callers without a login through", () => {
    expect(refused(transported("http://cam/", { headers: { Authorization: "Digest username=x" } }))).toBeUndefined();
    expect(refused(transported("http://cam/", { headers: { Cookie: "rd_8080=abc" } }))).toBeUndefined();
    expect(refused(transported("http://cam/"))).toBeUndefined();
  });
});

test("hsts is told over TLS only", () => {
  const told = (url: string, hsts: boolean) => {
    const headers = new Headers();
    checkTransport(transported(url), { ...NONE, hsts }, headers);
    return headers.get("strict-transport-security");
  };
  expect(told("https://cam/", true)).toBe("max-age=31536000");
  expect(told("http://cam/", true)).toBeNull();
  expect(told("https://cam/", false)).toBeNull();
});
