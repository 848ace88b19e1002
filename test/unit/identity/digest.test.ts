import { expect, test } from "bun:test";
import type { DigestCredentials } from "../../../src/identity/credentials.ts";
import {
  BASIC_CHALLENGE,
  digestChallenge,
  digestResponse,
  digestSecrets,
  sameDigest,
} from "../../../src/identity/digest.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";

const crypto = createCrypto();

/** RFC 7616 §3.9.1. */
const RFC_7616: DigestCredentials = {
  scheme: "digest",
  user: "Mufasa",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  uri: "/dir/index.html",
  response: "",
  algorithm: "MD5",
  counted: { nc: "00000001", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
};

test("responses are those of RFC 7616 §3.9.1", () => {
  const secret = "Mufasa:http-auth@example.org:Circle of Life";
  expect(digestResponse(crypto, RFC_7616, crypto.md5Hex(secret), "GET")).toBe("8ca523f5e9506fed4657c9700eebdbec");
  expect(digestResponse(crypto, { ...RFC_7616, algorithm: "SHA-256" }, crypto.sha256Hex(secret), "GET")).toBe(
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  );
});

test("without qop the response is that of RFC 2069 §2.4 (with its erratum)", () => {
  const sent = { ...RFC_7616, nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", counted: undefined };
  expect(digestResponse(crypto, sent, crypto.md5Hex("Mufasa:testrealm@host.com:CircleOfLife"), "GET")).toBe(
    "1949323746fe6a43ef61f9606e7febea",
  );
});

test("secrets cover both algorithms over our realm", () => {
  expect(digestSecrets(crypto, "admin", "p")).toEqual({
    MD5: crypto.md5Hex("admin:RotorDream:p"),
    "SHA-256": crypto.sha256Hex("admin:RotorDream:p"),
  });
});

test("challenges have the exact text of the contract", () => {
  expect(digestChallenge("abc", "SHA-256", false)).toBe(
    'Digest realm="RotorDream", nonce="abc", stale=false, algorithm=SHA-256, qop="auth"',
  );
  expect(digestChallenge("abc", "MD5", true)).toBe(
    'Digest realm="RotorDream", nonce="abc", stale=true, algorithm=MD5, qop="auth"',
  );
  expect(BASIC_CHALLENGE).toBe('Basic realm="RotorDream", charset="UTF-8"');
});

test("digests of different length or content differ", () => {
  expect(sameDigest(crypto, "abcd", "abcd")).toBe(true);
  expect(sameDigest(crypto, "abcd", "abce")).toBe(false);
  expect(sameDigest(crypto, "abcd", "abc")).toBe(false);
});
