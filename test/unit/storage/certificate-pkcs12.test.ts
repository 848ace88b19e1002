import { describe, expect, test } from "bun:test";
import type { AppError } from "../../../src/core/errors.ts";
import { checkIdentity } from "../../../src/storage/certificate-check.ts";
import { readPkcs12 } from "../../../src/storage/certificate-pkcs12.ts";
import { tlsFixture, tlsFixtureBytes } from "../../support/certificates.ts";
import { encryptedSafe, keyBags, PKCS12_PASSWORD, pkcs12File, plainSafe, safesOf } from "../../support/pkcs12.ts";

const NOW_MS = Date.UTC(2027, 5, 1);
const ofAuthority = (name: string) => tlsFixture(name).trim() + tlsFixture("authority.crt").trim();

function refusal(bytes: Uint8Array, password: string): { readonly key: string | undefined; readonly message: string } {
  try {
    readPkcs12(bytes, password);
  } catch (error) {
    const { kind, detail, message } = error as AppError;
    expect(kind).toBe("bad-request");
    return { key: detail.key, message };
  }
  throw new Error("it was accepted");
}

describe("readPkcs12", () => {
  test.each([
    ["AES, as OpenSSL 3 writes it", "rsa-aes.p12", "secret", "rsa.crt"],
    ["3DES and RC2, as Windows writes it", "rsa-legacy.p12", "secret", "rsa.crt"],
    ["an ECDSA key", "ecdsa-aes.p12", "secret", "ecdsa.crt"],
    ["no encryption and an empty password", "rsa-plain.p12", "", "rsa.crt"],
  ])("reads %s", (_, file, password, certificate) => {
    const parts = readPkcs12(tlsFixtureBytes(file), password);
    expect(parts.certificates.map((pem) => pem.trim()).join("")).toBe(ofAuthority(certificate));
    expect(checkIdentity(parts, NOW_MS).certificate).toStartWith(tlsFixture(certificate).trim());
  });

  test("names what is wrong", () => {
    const file = tlsFixtureBytes("rsa-aes.p12");
    expect(refusal(file, "Secret").key).toBe("password");
    expect(refusal(file, "").key).toBe("password");
    expect(refusal(new Uint8Array(), "").key).toBe("pkcs12");
    expect(refusal(new TextEncoder().encode("-----BEGIN CERTIFICATE-----"), "").key).toBe("pkcs12");
    expect(refusal(file.subarray(0, 900), "secret").key).toBe("pkcs12");
    expect(refusal(tlsFixtureBytes("no-key.p12"), "secret").message).toContain("no private key");
    expect(refusal(new Uint8Array(70_000), "").message).toContain("larger than");
  });

  test("refuses what would hold up everybody", () => {
    const began = performance.now();
    expect(refusal(tlsFixtureBytes("slow-rounds.p12"), "secret").message).toContain("rounds of key derivation");
    expect(performance.now() - began).toBeLessThan(500);
  });

  const key = tlsFixture("rsa-pkcs1.key");

  test("reads an encrypted key in an encrypted safe, and the rounds that Java writes", () => {
    const file = pkcs12File(safesOf(encryptedSafe(keyBags(key, 2000), 2000)));
    expect(readPkcs12(file, PKCS12_PASSWORD).key).toStartWith("-----BEGIN PRIVATE KEY-----");
    expect(refusal(file, "Secret").key).toBe("password");
    const java = pkcs12File(safesOf(plainSafe(keyBags(key, 10_000)), encryptedSafe(keyBags(key), 10_000)));
    expect(readPkcs12(java, PKCS12_PASSWORD).certificates).toEqual([]);
  });

  const slow = { claimed: 1_000_000 };
  const bags = safesOf(plainSafe(keyBags(key, slow)));
  /** Says that there is one byte more than there is, as node-forge does not mind. */
  const lengthened = (der: string) => {
    const bytes = Buffer.from(der, "latin1");
    bytes.writeUInt16BE(bytes.readUInt16BE(2) + 1, 2);
    return bytes.toString("latin1");
  };
  test.each([
    ["in the sum of its keys", () => pkcs12File(safesOf(plainSafe(keyBags(key, ...Array(5).fill({ claimed: 9000 })))))],
    ["in the sum of its safes", () => pkcs12File(safesOf(...Array(4).fill(encryptedSafe(keyBags(key), 9000))))],
    ["inside an encrypted safe", () => pkcs12File(safesOf(encryptedSafe(keyBags(key, slow), 1)))],
    ["in octets that come in pieces", () => pkcs12File(bags.slice(0, 99), bags.slice(99))],
    ["behind a length that is not right", () => pkcs12File(lengthened(bags))],
  ])("refuses too many rounds %s", (_, make) => {
    expect(refusal(make(), PKCS12_PASSWORD).message).toContain("rounds of key derivation");
  });

  test("one flipped bit anywhere gives a clear error, or a pair that is checked as any other", () => {
    const file = tlsFixtureBytes("ecdsa-aes.p12");
    for (let at = 0; at < file.length; at += 7) {
      const damaged = Uint8Array.from(file);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      try {
        readPkcs12(damaged, "secret");
      } catch (error) {
        expect((error as AppError).kind, `byte ${at}: ${error}`).toBe("bad-request");
      }
    }
  }, 60_000);
});
