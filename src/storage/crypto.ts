import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Crypto } from "../core/crypto-port.ts";

/** The hashes and random bytes of the platform, for the levels that may not import it. */
export function createCrypto(): Crypto {
  return {
    md5Hex: (text) => createHash("md5").update(text).digest("hex"),
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    sha1: (bytes) => createHash("sha1").update(bytes).digest(),
    hmacSha1: (key, bytes) => createHmac("sha1", key).update(bytes).digest(),
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    timingSafeEqual: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  };
}
