import { beforeAll, describe, expect, test } from "bun:test";
import type { AppError } from "../../../src/core/errors.ts";
import { brokenIdentity, checkIdentity, describeCertificate } from "../../../src/storage/certificate-check.ts";
import { MAX_CERTIFICATE_BYTES, readPem } from "../../../src/storage/certificate-pem.ts";
import { makeCertificate, type TestCertificate, tlsFixture } from "../../support/certificates.ts";

const NOW_MS = Date.UTC(2027, 5, 1);
const DAY_MS = 86_400_000;
const VALID = { fromMs: NOW_MS - 100 * DAY_MS, untilMs: NOW_MS + 100 * DAY_MS };

let root: TestCertificate;
let middle: TestCertificate;
let leaf: TestCertificate;
let other: TestCertificate;
beforeAll(async () => {
  root = await makeCertificate({ name: "root", isAuthority: true, ...VALID });
  middle = await makeCertificate({ name: "middle", issuer: root, isAuthority: true, ...VALID });
  leaf = await makeCertificate({ name: "leaf", issuer: middle, ...VALID });
  other = await makeCertificate({ name: "other", ...VALID });
});

/** What is wrong with a PEM text of everything. */
function refusal(
  text: string,
  key?: string,
): Pick<AppError, "kind" | "message"> & { readonly key: string | undefined } {
  try {
    const parts = readPem(text, "certificate");
    checkIdentity(key === undefined ? parts : { ...parts, key: readPem(key, "key").key }, NOW_MS);
  } catch (error) {
    const { kind, message, detail } = error as AppError;
    return { kind, message, key: detail.key };
  }
  throw new Error("it was accepted");
}

describe("a good pair", () => {
  test("is put together from its blocks, whatever stands between them", () => {
    const text = `subject=/CN=leaf\n${leaf.certificate}issuer\r\n${middle.certificate}${root.certificate}${leaf.key}`;
    const identity = checkIdentity(readPem(text, "certificate"), NOW_MS);
    expect(identity).toEqual({
      certificate: leaf.certificate + middle.certificate + root.certificate,
      key: leaf.key,
    });
    expect(describeCertificate(identity.certificate)).toMatchObject({
      subject: "CN=leaf",
      issuer: "CN=middle",
      sans: ["localhost", "127.0.0.1"],
      notAfterMs: VALID.untilMs,
      selfSigned: false,
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
  });

  test.each([
    ["PKCS#1", "rsa.crt", "rsa-pkcs1.key"],
    ["SEC1", "ecdsa.crt", "ecdsa-sec1.key"],
  ])("may have a %s key", (_, certificate, key) => {
    const parts = { ...readPem(tlsFixture(certificate), "certificate"), key: readPem(tlsFixture(key), "key").key };
    expect(checkIdentity(parts, NOW_MS).key).toBe(tlsFixture(key));
  });

  test("may be self-signed", () => {
    checkIdentity(readPem(other.certificate + other.key, "certificate"), NOW_MS);
    expect(describeCertificate(other.certificate).selfSigned).toBe(true);
    expect(describeCertificate(leaf.certificate).selfSigned).toBe(false);
  });
});

describe("what is refused, naming the part", () => {
  const cases: readonly (readonly [what: string, text: () => string, key: string, message: RegExp])[] = [
    ["nothing", () => "", "certificate", /no certificate/],
    ["only a key", () => leaf.key, "certificate", /no certificate/],
    ["no key", () => leaf.certificate, "key", /no private key/],
    ["two keys", () => leaf.certificate + leaf.key + other.key, "key", /more than one/],
    ["a key of another", () => leaf.certificate + other.key, "key", /does not belong/],
    [
      "a key of the issuer",
      () => leaf.certificate + middle.certificate + middle.key,
      "key",
      /certificate 2 of the chain/,
    ],
    [
      "a damaged certificate",
      () => leaf.certificate.replace(/\n.{20}/, "\nAAAA") + leaf.key,
      "certificate",
      /cannot be read/,
    ],
    [
      "a damaged certificate further on",
      () => leaf.certificate + middle.certificate.replace(/\n.{20}/, "\nAAAA") + leaf.key,
      "certificate",
      /^Certificate 2 of the chain cannot be read/,
    ],
    ["a damaged key", () => leaf.certificate + leaf.key.replace(/\n.{20}/, "\nAAAA"), "key", /cannot be read/],
    [
      "an encrypted PKCS#8 key",
      () => tlsFixture("ecdsa.crt") + tlsFixture("encrypted-pkcs8.key"),
      "key",
      /is encrypted/,
    ],
    ["an encrypted PKCS#1 key", () => tlsFixture("rsa.crt") + tlsFixture("encrypted-pkcs1.key"), "key", /is encrypted/],
    ["a short RSA key", () => tlsFixture("rsa-1024.crt") + tlsFixture("rsa-1024.key"), "key", /1024 bits/],
    ["an Ed25519 key", () => tlsFixture("ed25519.crt") + tlsFixture("ed25519.key"), "key", /must be RSA, or ECDSA/],
    [
      "a strange curve",
      () => tlsFixture("secp256k1.crt") + tlsFixture("secp256k1.key"),
      "certificate",
      /cannot be read/,
    ],
    [
      "a chain in the wrong order",
      () => leaf.certificate + root.certificate + middle.certificate + leaf.key,
      "certificate",
      /certificate 1 is not signed by certificate 2/,
    ],
    [
      "a chain with a stranger",
      () => leaf.certificate + middle.certificate + other.certificate + leaf.key,
      "certificate",
      /certificate 2 is not signed by certificate 3/,
    ],
    [
      "too long a chain",
      () => leaf.certificate + middle.certificate.repeat(10) + leaf.key,
      "certificate",
      /more than 10 certificates/,
    ],
    [
      "a signing request",
      () => "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
      "certificate",
      /certificate request/,
    ],
  ];

  test.each(cases)("%s", (_, text, key, message) => {
    const refused = refusal(text());
    expect(refused).toMatchObject({ kind: "bad-request", key });
    expect(refused.message).toMatch(message);
  });

  test("what is out of date, or for clients", async () => {
    const ended = await makeCertificate({ name: "ended", fromMs: NOW_MS - 9 * DAY_MS, untilMs: NOW_MS - DAY_MS });
    expect(refusal(ended.certificate + ended.key).message).toBe(
      "The certificate ended on 2027-05-31; the device's clock says 2027-06-01",
    );
    const early = await makeCertificate({ name: "early", fromMs: NOW_MS + DAY_MS, untilMs: NOW_MS + 9 * DAY_MS });
    expect(refusal(early.certificate + early.key).message).toContain("is not valid before 2027-06-02");
    const client = await makeCertificate({ name: "client", usage: "client", ...VALID });
    expect(refusal(client.certificate + client.key)).toMatchObject({
      key: "certificate",
      message: expect.stringContaining("not for servers"),
    });
  });

  test("too large a text", () => {
    expect(refusal(`${leaf.certificate}${leaf.key}${" ".repeat(MAX_CERTIFICATE_BYTES)}`).kind).toBe("too-large");
  });

  test("garbage between the markers takes no time", () => {
    const began = performance.now();
    refusal(`-----BEGIN A-----${"-----BEGIN A----".repeat(3000)}`);
    refusal(`${"-----BEGIN CERTIFICATE-----\n".repeat(2000)}`);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

test("at the start dates do not matter, because the clock may be wrong", async () => {
  const ended = await makeCertificate({ name: "ended", fromMs: NOW_MS - 9 * DAY_MS, untilMs: NOW_MS - DAY_MS });
  expect(brokenIdentity(readPem(ended.certificate + ended.key, "certificate"))).toBeUndefined();
  expect(brokenIdentity(readPem(ended.certificate + other.key, "certificate"))).toContain("does not belong");
});
