import type { Crypto } from "../core/crypto-port.ts";
import type { DigestAlgorithm, DigestCredentials } from "./credentials.ts";

/** Constant, so that stored HA1 values stay valid. */
export const REALM = "RotorDream";

/** HA1 of both algorithms: what must be known about a user to check Digest, instead of the password. */
export type DigestSecrets = Readonly<Record<DigestAlgorithm, string>>;

/** H(user:realm:password), RFC 7616 §3.4.2. */
export function digestSecrets(crypto: Crypto, user: string, password: string): DigestSecrets {
  const text = `${user}:${REALM}:${password}`;
  return { MD5: crypto.md5Hex(text), "SHA-256": crypto.sha256Hex(text) };
}

/** The response a client with this HA1 would have sent: RFC 7616 §3.4.1, or RFC 2069 §2.4 where `qop` is missing. Lower-case hex. */
export function digestResponse(crypto: Crypto, sent: DigestCredentials, ha1: string, method: string): string {
  const hash = sent.algorithm === "MD5" ? crypto.md5Hex : crypto.sha256Hex;
  const ha2 = hash(`${method}:${sent.uri}`);
  if (sent.counted === undefined) return hash(`${ha1}:${sent.nonce}:${ha2}`);
  return hash(`${ha1}:${sent.nonce}:${sent.counted.nc}:${sent.counted.cnonce}:auth:${ha2}`);
}

/** True when both hex digests are the same; takes the same time for every difference. */
export function sameDigest(crypto: Crypto, a: string, b: string): boolean {
  const encoder = new TextEncoder();
  return crypto.timingSafeEqual(encoder.encode(a), encoder.encode(b));
}

/** A `WWW-Authenticate` value. Order and quoting are fixed: VLC scans for the unquoted `stale`. */
export function digestChallenge(nonce: string, algorithm: DigestAlgorithm, stale: boolean): string {
  return `Digest realm="${REALM}", nonce="${nonce}", stale=${stale}, algorithm=${algorithm}, qop="auth"`;
}

/** The `WWW-Authenticate` value that offers Basic (RFC 7617). */
export const BASIC_CHALLENGE = `Basic realm="${REALM}", charset="UTF-8"`;
