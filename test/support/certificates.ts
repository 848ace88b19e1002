import "reflect-metadata";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { pemBlock } from "../../src/storage/certificate-pem.ts";

/** A certificate of a test with its key. */
export interface TestCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM. */
  readonly key: string;
  readonly name: string;
  readonly pair: CryptoKeyPair;
}

export interface TestCertificateOptions {
  readonly name: string;
  /** Itself unless given. */
  readonly issuer?: TestCertificate;
  readonly sans?: readonly string[];
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly usage?: "server" | "client";
  readonly isAuthority?: boolean;
}

const YEAR_MS = 365 * 86_400_000;
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const FIXTURES = join(import.meta.dirname, "../fixtures/tls");

/** Issues a certificate, valid for a year around now unless told otherwise. */
export async function makeCertificate(options: TestCertificateOptions): Promise<TestCertificate> {
  const { name, issuer, sans = ["localhost", "127.0.0.1"], usage = "server", isAuthority = false } = options;
  const pair = (await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"])) as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: new Date(options.fromMs ?? Date.now() - YEAR_MS / 2),
    notAfter: new Date(options.untilMs ?? Date.now() + YEAR_MS / 2),
    signingAlgorithm: ECDSA,
    publicKey: pair.publicKey,
    signingKey: (issuer?.pair ?? pair).privateKey,
    extensions: isAuthority
      ? [new BasicConstraintsExtension(true, undefined, true)]
      : [
          new ExtendedKeyUsageExtension([
            usage === "server" ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
          ]),
          new SubjectAlternativeNameExtension(
            sans.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }) as const),
          ),
        ],
  });
  return {
    name,
    pair,
    certificate: pemBlock("CERTIFICATE", new Uint8Array(certificate.rawData)),
    key: pemBlock("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey))),
  };
}

/** A file that OpenSSL made. */
export function tlsFixture(name: string): string {
  return readFileSync(join(FIXTURES, name), "utf8");
}

/** The same as bytes. */
export function tlsFixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FIXTURES, name)));
}
