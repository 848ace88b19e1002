import { expect, test } from "bun:test";
import { createArrivals } from "../../../src/http/arrival.ts";

const FORWARDED = {
  host: "10.0.0.5:8080",
  "x-forwarded-for": "198.51.100.9, 203.0.113.7",
  "x-forwarded-host": "Cam.example",
  "x-forwarded-proto": "https",
};

function arrive(
  peer: string,
  headers: Record<string, string> = FORWARDED,
  proxies: readonly string[] = ["10.0.0.0/8", "2001:db8::/32"],
) {
  return createArrivals(() => proxies)(new Request("http://10.0.0.5:8080/", { headers }), peer);
}

test("nobody is believed by default, and no stranger ever", () => {
  const direct = { address: "192.0.2.1", authority: "10.0.0.5:8080", scheme: "http" };
  expect(arrive("192.0.2.1", FORWARDED, [])).toEqual(direct);
  expect(arrive("192.0.2.1")).toEqual(direct);
  expect(arrive("").address).toBe("");
});

test.each(["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7"])("the trusted proxy %s is", (proxy) => {
  expect(arrive(proxy)).toEqual({ address: "203.0.113.7", authority: "cam.example", scheme: "https" });
});

test("a single address is a network of one", () => {
  expect(arrive("10.0.0.1", FORWARDED, ["10.0.0.1"]).address).toBe("203.0.113.7");
  expect(arrive("10.0.0.2", FORWARDED, ["10.0.0.1"]).address).toBe("10.0.0.2");
  expect(arrive("2001:db8::1", FORWARDED, ["2001:db8::1"]).address).toBe("203.0.113.7");
});

test.each([
  ["203.0.113.7, 10.9.9.9, 10.8.8.8", "203.0.113.7"],
  ["1.1.1.1, 203.0.113.7, 10.8.8.8", "203.0.113.7"],
  ["10.9.9.9", "10.9.9.9"],
  ["203.0.113.7:5555", "203.0.113.7"],
  ["[2001:db9::1]:5555", "2001:db9::1"],
  ["203.0.113.7, unknown", "10.0.0.1"],
  ["", "10.0.0.1"],
])("behind it, %p came from %s", (list, address) => {
  expect(arrive("10.0.0.1", { ...FORWARDED, "x-forwarded-for": list }).address).toBe(address);
});

test("without forwarded headers the request is its own", () => {
  expect(arrive("10.0.0.1", { host: "Cam" })).toEqual({ address: "10.0.0.1", authority: "cam", scheme: "http" });
});
