import { createPrivateKey, createPublicKey, type webcrypto } from "node:crypto";
import { encodeAlternativeNames, SUBJECT_ALTERNATIVE_NAME } from "./certificate-alternative-names.ts";
import { joinPem, pemBlock, type TlsIdentity } from "./certificate-pem.ts";

/** Whom a certificate names. */
export interface CertificateNames {
  readonly commonName: string;
  /** Host names and IP addresses; the first ones count where there are too many. */
  readonly sans: readonly string[];
}

/** Marks what the device issued itself and may therefore issue again. */
export const ISSUED_HERE = "RotorDream";
const DAY_MS = 86_400_000;
/** Longest that Apple's clients take (contract auth.md). */
const VALIDITY_DAYS = 825;
/** A build older than this would begin a certificate that ends soon; then it begins a little before now instead. */
const OLDEST_BEGIN_DAYS = 400;
const BEGIN_BEFORE_NOW_DAYS = 7;
/** Enough for a machine with many interfaces; each costs every handshake its bytes. */
const MAX_SANS = 64;
/** RFC 5280 ub-common-name. */
const MAX_COMMON_NAME = 64;
const SERIAL_BYTES = 16;
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;
const CURVES: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** A new private key as PKCS#8 PEM: ECDSA P-256, or RSA 2048 for recorders that know nothing newer. */
export async function createKey(kind: "ecdsa" | "rsa"): Promise<string> {
  const algorithm = kind === "rsa" ? RSA : ECDSA;
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  return pemBlock("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}

/** When a certificate made at `nowMs` is valid: from the build, because devices boot with wrong clocks, unless that is long ago. */
export function validityOf(nowMs: number, buildMs: number): { readonly fromMs: number; readonly untilMs: number } {
  const isOld = nowMs - buildMs > OLDEST_BEGIN_DAYS * DAY_MS;
  const fromMs = isOld ? nowMs - BEGIN_BEFORE_NOW_DAYS * DAY_MS : buildMs;
  return { fromMs, untilMs: fromMs + VALIDITY_DAYS * DAY_MS };
}

/** Issues a certificate for `key` (PEM) that is its own authority. */
export async function issueSelfSigned(options: {
  readonly key: string;
  readonly names: CertificateNames;
  readonly nowMs: number;
  readonly buildMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
}): Promise<TlsIdentity> {
  const { key, names, nowMs, buildMs, randomBytes } = options;
  const x509 = await library();
  const keys = await importKeys(key);
  const { fromMs, untilMs } = validityOf(nowMs, buildMs);
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40; // positive, and never short of a byte (RFC 5280 §4.1.2.2)
  const usage =
    keys.algorithm.name === "ECDSA"
      ? x509.KeyUsageFlags.digitalSignature
      : x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toHex(),
    name: [{ O: [ISSUED_HERE] }, { CN: [names.commonName.slice(0, MAX_COMMON_NAME)] }],
    notBefore: new Date(fromMs),
    notAfter: new Date(untilMs),
    signingAlgorithm: keys.algorithm,
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usage, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(SUBJECT_ALTERNATIVE_NAME, false, alternativeNames(names.sans)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: pemBlock("CERTIFICATE", new Uint8Array(certificate.rawData)),
    key: joinPem([key]),
  };
}

/** A signing request (RFC 2986) for `key`, as PEM. */
export async function createSigningRequest(key: string, names: CertificateNames): Promise<string> {
  const x509 = await library();
  const { privateKey, publicKey, algorithm } = await importKeys(key);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [names.commonName.slice(0, MAX_COMMON_NAME)] }],
    keys: { privateKey, publicKey },
    signingAlgorithm: algorithm,
    extensions: [new x509.Extension(SUBJECT_ALTERNATIVE_NAME, false, alternativeNames(names.sans))],
  });
  return pemBlock("CERTIFICATE REQUEST", new Uint8Array(request.rawData));
}

/** Loaded when first needed: most starts find their certificate. Its decorators want the other package before it. */
async function library() {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

function alternativeNames(sans: readonly string[]): Uint8Array<ArrayBuffer> {
  return encodeAlternativeNames([...new Set(sans)].slice(0, MAX_SANS));
}

async function importKeys(pem: string): Promise<{
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly algorithm: { readonly name: string; readonly hash: string };
}> {
  const key = createPrivateKey(pem);
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
  const algorithm =
    curve === undefined
      ? { name: RSA.name, hash: RSA.hash }
      : { name: ECDSA.name, namedCurve: curve, hash: ECDSA.hash };
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, true, ["sign"]),
    publicKey: await crypto.subtle.importKey("spki", new Uint8Array(spki), algorithm, true, ["verify"]),
    algorithm,
  };
}
