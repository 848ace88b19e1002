/** Hashes and random bytes as the pure levels need them; synchronous. Implemented in `storage/crypto.ts`. Hex digests are lower case. */
export interface Crypto {
  md5Hex(text: string): string;
  sha256Hex(text: string): string;
  /** 20 bytes. */
  sha1(bytes: Uint8Array): Uint8Array;
  /** HMAC-SHA-1, 20 bytes (RFC 2104). */
  hmacSha1(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  randomBytes(length: number): Uint8Array;
  /** False at once when lengths differ; else compares in constant time. */
  timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}
