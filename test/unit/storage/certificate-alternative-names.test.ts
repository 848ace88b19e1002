import { expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { encodeAlternativeNames } from "../../../src/storage/certificate-alternative-names.ts";
import { createKey, issueSelfSigned } from "../../../src/storage/certificate-issue.ts";

const DAY_MS = 86_400_000;

/** What OpenSSL reads of a certificate with these names. */
async function readBack(sans: readonly string[]): Promise<readonly string[]> {
  const { certificate } = await issueSelfSigned({
    key: await createKey("ecdsa"),
    names: { commonName: "cam", sans },
    nowMs: 400 * DAY_MS,
    buildMs: 399 * DAY_MS,
    randomBytes: (length) => new Uint8Array(length).fill(7),
  });
  return new X509Certificate(certificate).subjectAltName?.split(", ") ?? [];
}

test("names and addresses are read back as they were given", async () => {
  expect(await readBack(["cam.local", "192.0.2.7", "fd00::1", "::1"])).toEqual([
    "DNS:cam.local",
    "IP Address:192.0.2.7",
    "IP Address:FD00:0:0:0:0:0:0:1",
    "IP Address:0:0:0:0:0:0:0:1",
  ]);
});

test("as many and as long as there may be", async () => {
  const long = Array.from({ length: 64 }, (_, index) => `${index}.${"a".repeat(60)}.${"b".repeat(60)}.example`);
  expect(await readBack(long)).toEqual(long.map((name) => `DNS:${name}`));
});

test("lengths are written in one, two and three bytes", () => {
  const head = (bytes: number) => [...encodeAlternativeNames(["x".repeat(bytes)]).subarray(0, 4)];
  expect(head(100).slice(0, 3)).toEqual([0x30, 102, 0x82]);
  expect(head(130).slice(0, 3)).toEqual([0x30, 0x81, 133]);
  expect(head(400)).toEqual([0x30, 0x82, 1, 148]);
});
