import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import { createSecureContext } from "node:tls";
import type { AppError } from "../core/errors.ts";
import { certificateError, joinPem, type PemParts, type TlsIdentity } from "./certificate-pem.ts";

/** What a certificate says. */
export interface CertificateDescription {
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses it is for. */
  readonly sans: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SHA-256 of the certificate, upper-case hex with colons, as browsers show it. */
  readonly fingerprint: string;
  readonly selfSigned: boolean;
}

/** RSA below is refused by today's clients, above it costs seconds of CPU per second of handshakes. */
const RSA_BITS = { least: 2048, most: 8192 } as const;
/** Curves that clients accept in certificates. */
const CURVES: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const ANY_EXTENDED_USAGE = "2.5.29.37.0";

/**
 * Puts a chain and its key together after checking them: they can be read, the key is of a sane kind and size and the first certificate's, each
 * certificate is signed by the next, all are in date, the first may be a server's. Throws AppError `bad-request` naming the part that is wrong.
 */
export function checkIdentity({ certificates, key }: PemParts, nowMs: number): TlsIdentity {
  const chain = readChain(certificates);
  if (key === undefined) throw certificateError("key", "There is no private key");
  const keyObject = readKey(key);
  checkKeySize(keyObject);
  checkOwner(chain, keyObject);
  chain.forEach((certificate, index) => {
    checkDates(certificate, placeOf(index, chain.length), nowMs);
    const issuer = chain[index + 1];
    if (issuer !== undefined && !isIssuedBy(certificate, issuer))
      throw certificateError(
        "certificate",
        `The chain is out of order: certificate ${index + 1} is not signed by certificate ${index + 2}; put the server's own first, then its issuer, and so on`,
      );
  });
  checkPurpose(chain);
  const identity = { certificate: joinPem(certificates), key: joinPem([key]) };
  const refusal = refusalOf(identity);
  if (refusal !== undefined) throw certificateError("certificate", `The TLS library refuses this pair: ${refusal}`);
  return identity;
}

/** Why TLS cannot be served with this pair, as far as reading it tells; dates are not looked at. Undefined: it can. */
export function brokenIdentity({ certificates, key }: PemParts): string | undefined {
  try {
    const chain = readChain(certificates);
    if (key === undefined) return "There is no private key";
    checkOwner(chain, readKey(key));
    return refusalOf({ certificate: joinPem(certificates), key });
  } catch (error) {
    return (error as AppError).message;
  }
}

/** Describes the first certificate of a chain that was checked before. */
export function describeCertificate(certificate: string): CertificateDescription {
  const leaf = new X509Certificate(certificate);
  return {
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    sans: subjectNames(leaf),
    notBeforeMs: leaf.validFromDate.getTime(),
    notAfterMs: leaf.validToDate.getTime(),
    fingerprint: leaf.fingerprint256,
    selfSigned: isSelfSigned(leaf),
  };
}

/** Whether a text is one or more certificates that can be read, for authorities. */
export function areCertificates(certificates: readonly string[]): boolean {
  try {
    return readChain(certificates).length > 0;
  } catch {
    return false;
  }
}

/** Puts certificates in the order of a chain, beginning with the key's; what does not belong to it is left out. */
export function sortChain(certificates: readonly string[], key: string): readonly string[] {
  const rest = certificates.map((pem, index) => ({ pem, parsed: readCertificate(pem, index, certificates.length) }));
  const owner = readKey(key);
  const sorted: string[] = [];
  let next = rest.findIndex(({ parsed }) => belongsTo(parsed, owner));
  while (next !== -1) {
    const [{ pem, parsed }] = rest.splice(next, 1) as [(typeof rest)[number]];
    sorted.push(pem);
    next = isSelfSigned(parsed) ? -1 : rest.findIndex((other) => isIssuedBy(parsed, other.parsed));
  }
  return sorted.length === 0 ? certificates : sorted;
}

function readChain(certificates: readonly string[]): readonly X509Certificate[] {
  if (certificates.length === 0) throw certificateError("certificate", "There is no certificate");
  return certificates.map((pem, index) => readCertificate(pem, index, certificates.length));
}

function readCertificate(pem: string, index: number, count: number): X509Certificate {
  try {
    const certificate = new X509Certificate(pem);
    // reading it also proves that its kind of key is known
    if (certificate.publicKey.asymmetricKeyType === undefined) throw new Error("unknown kind of key");
    return certificate;
  } catch {
    throw certificateError("certificate", `${placeOf(index, count)} cannot be read: its PEM block is damaged`);
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw certificateError(
      "key",
      "The private key cannot be read: its PEM block is damaged or of a kind that TLS does not use",
    );
  }
}

function checkKeySize(key: KeyObject): void {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key;
  if (kind === "rsa") {
    const bits = details?.modulusLength ?? 0;
    if (bits >= RSA_BITS.least && bits <= RSA_BITS.most) return;
    throw certificateError(
      "key",
      `The RSA key has ${bits} bits; it must have from ${RSA_BITS.least} to ${RSA_BITS.most}`,
    );
  }
  if (kind === "ec" && CURVES.has(details?.namedCurve ?? "")) return;
  throw certificateError("key", "The private key must be RSA, or ECDSA on the curve P-256, P-384 or P-521");
}

function checkOwner(chain: readonly X509Certificate[], key: KeyObject): void {
  const owner = chain.findIndex((certificate) => belongsTo(certificate, key));
  if (owner === 0) return;
  const text =
    owner === -1
      ? "The private key does not belong to the certificate"
      : `The private key belongs to certificate ${owner + 1} of the chain; the server's own certificate must be the first`;
  throw certificateError("key", text);
}

function belongsTo(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

function checkDates({ validFromDate, validToDate }: X509Certificate, place: string, nowMs: number): void {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const today = `the device's clock says ${day(new Date(nowMs))}`;
  if (validToDate.getTime() <= nowMs)
    throw certificateError("certificate", `${place} ended on ${day(validToDate)}; ${today}`);
  if (validFromDate.getTime() > nowMs)
    throw certificateError("certificate", `${place} is not valid before ${day(validFromDate)}; ${today}`);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && isSignedBy(certificate, issuer);
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** By name and signature alone: one that may sign nothing else, as ours, is no issuer to `checkIssued`. */
function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && isSignedBy(certificate, certificate);
}

function checkPurpose([leaf]: readonly X509Certificate[]): void {
  // Bun's `keyUsage` holds the extended usages (as Node's does); undefined where the certificate limits nothing
  const usages: readonly string[] = leaf?.keyUsage ?? [];
  if (usages.length === 0 || usages.includes(SERVER_AUTH) || usages.includes(ANY_EXTENDED_USAGE)) return;
  throw certificateError("certificate", "The certificate is not for servers: its extended key usage lacks serverAuth");
}

/** Asks the library that will serve it. */
function refusalOf({ certificate, key }: TlsIdentity): string | undefined {
  try {
    createSecureContext({ cert: certificate, key });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return (
      code
        .replace(/^ERR_(OSSL|SSL)_/, "")
        .toLowerCase()
        .replaceAll("_", " ") || "unknown reason"
    );
  }
}

function placeOf(index: number, count: number): string {
  return count === 1 ? "The certificate" : `Certificate ${index + 1} of the chain`;
}

function subjectNames({ subjectAltName }: X509Certificate): readonly string[] {
  const names = (subjectAltName ?? "").split(", ").map((entry) => /^(DNS|IP Address):(.+)$/.exec(entry)?.[2] ?? "");
  return names.filter((name) => name !== "").map(shortAddress);
}

/** RFC 5952: the library writes all eight groups. */
function shortAddress(name: string): string {
  return isIPv6(name) ? (URL.parse(`http://[${name}]`)?.hostname.slice(1, -1) ?? name) : name;
}

/** Node writes one attribute a line. Control characters of foreign certificates must not steer a terminal. */
function oneLine(name: string): string {
  return name
    .split("\n")
    .join(", ")
    .replace(/\p{Cc}/gu, "?");
}
