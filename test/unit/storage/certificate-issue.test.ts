import { describe, expect, test } from "bun:test";
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { checkIdentity, describeCertificate } from "../../../src/storage/certificate-check.ts";
import {
  createKey,
  createSigningRequest,
  issueSelfSigned,
  validityOf,
} from "../../../src/storage/certificate-issue.ts";
import { namesOf, passingAddresses } from "../../../src/storage/certificate-names.ts";
import { readPem } from "../../../src/storage/certificate-pem.ts";
import { tlsFixture } from "../../support/certificates.ts";

const BUILD_MS = Date.UTC(2026, 10, 25);
const DAY_MS = 86_400_000;
const NAMES = namesOf("Cam-1.lan", ["192.0.2.7", "2001:db8::7", "127.0.0.1"]);

const issue = (key: string, nowMs = BUILD_MS + DAY_MS) =>
  issueSelfSigned({
    key,
    names: NAMES,
    nowMs,
    buildMs: BUILD_MS,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  });

describe("a self-signed certificate", () => {
  test.each(["ecdsa", "rsa"] as const)(
    "with %s passes the check of any other, and says what the contract asks for",
    async (kind) => {
      const key = await createKey(kind);
      const identity = await issue(key);
      expect(checkIdentity({ ...readPem(identity.certificate, "certificate"), key }, BUILD_MS + DAY_MS)).toEqual(
        identity,
      );
      expect(describeCertificate(identity.certificate)).toMatchObject({
        subject: "O=RotorDream, CN=cam-1.lan",
        issuer: "O=RotorDream, CN=cam-1.lan",
        sans: ["cam-1.lan", "cam-1.local", "localhost", "127.0.0.1", "::1", "192.0.2.7", "2001:db8::7"],
        notBeforeMs: BUILD_MS,
        notAfterMs: BUILD_MS + 825 * DAY_MS,
        selfSigned: true,
      });
      const parsed = new X509Certificate(identity.certificate);
      expect(parsed.ca).toBe(false);
      expect(parsed.keyUsage as unknown).toEqual(["1.3.6.1.5.5.7.3.1"]);
      const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(key);
      expect(asymmetricKeyType).toBe(kind === "rsa" ? "rsa" : "ec");
      expect(asymmetricKeyDetails).toMatchObject(
        kind === "rsa" ? { modulusLength: 2048 } : { namedCurve: "prime256v1" },
      );
    },
  );

  test("has another serial number each time, of 16 bytes and positive", async () => {
    const key = await createKey("ecdsa");
    const serials = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { serialNumber } = new X509Certificate((await issue(key)).certificate);
      expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
      serials.add(serialNumber);
    }
    expect(serials.size).toBe(20);
  });

  test.each(["rsa-pkcs1.key", "ecdsa-sec1.key"])("can be issued for the owner's %s", async (name) => {
    const { certificate } = await issue(tlsFixture(name));
    expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(tlsFixture(name)))).toBe(true);
  });

  test("begins with the build even where the clock is behind it, and never ends soon", () => {
    expect(validityOf(0, BUILD_MS).fromMs).toBe(BUILD_MS);
    expect(validityOf(BUILD_MS + 399 * DAY_MS, BUILD_MS).fromMs).toBe(BUILD_MS);
    const nowMs = BUILD_MS + 2000 * DAY_MS;
    expect(validityOf(nowMs, BUILD_MS)).toEqual({ fromMs: nowMs - 7 * DAY_MS, untilMs: nowMs + 818 * DAY_MS });
  });

  test("holds at most 64 names", async () => {
    const addresses = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`);
    const { certificate } = await issueSelfSigned({
      key: await createKey("ecdsa"),
      names: namesOf("cam", addresses),
      nowMs: BUILD_MS,
      buildMs: BUILD_MS,
      randomBytes: (length) => new Uint8Array(randomBytes(length)),
    });
    expect(describeCertificate(certificate).sans).toHaveLength(64);
  });
});

describe("names", () => {
  test("a host name that no certificate can hold is left out", () => {
    expect(namesOf("käse_1", [])).toEqual({ commonName: "rotordream", sans: ["localhost", "127.0.0.1", "::1"] });
    expect(namesOf("pi", []).sans).toEqual(["pi", "pi.local", "localhost", "127.0.0.1", "::1"]);
    expect(namesOf("pi.local", []).sans.filter((name) => name.includes("local"))).toEqual(["pi.local", "localhost"]);
  });

  test("temporary and deprecated addresses are known by the kernel's flags", () => {
    const table = [
      "20010db8000000000000000000000007 02 40 00 80     eth0",
      "20010db8000000000000000000000008 02 40 00 01     eth0",
      "20010db8000000000000000000000009 02 40 00 20     eth0",
      "garbage",
      "",
    ].join("\n");
    expect([...passingAddresses(table)]).toEqual(["2001:db8::8", "2001:db8::9"]);
  });
});

test("a signing request is PEM", async () => {
  const request = await createSigningRequest(await createKey("ecdsa"), { commonName: "a.test", sans: ["a.test"] });
  expect(request).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[\w+/=\n]+-----END CERTIFICATE REQUEST-----\n$/);
});
