import type { Crypto } from "../core/crypto-port.ts";
import { dateTimeMs } from "./request-values.ts";
import { findChild, isNamed, type XmlElement } from "./xml-element.ts";

/** A WS-UsernameToken with digest, as it was sent. */
export interface UsernameToken {
  /** In NFC, as users' names are: the digest does not cover it, and no other spelling may make a used token new. */
  readonly user: string;
  /** Of `base64(nonce)`, at most 128 bytes. */
  readonly nonce: Uint8Array;
  /** As written: the digest runs over it. */
  readonly created: string;
  /** Unix milliseconds. */
  readonly createdMs: number;
  /** 20 bytes. */
  readonly digest: Uint8Array;
}

const DIGEST_TYPE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
const MAX_USER = 256;
const MAX_NONCE_BYTES = 128;
const MAX_NONCE_TEXT = 256;
const SHA1_BYTES = 20;

/** Finds the token among the headers; children count under any prefix and in either namespace that clients use. `unreadable`: PasswordText, or something is missing or wrong. */
export function readUsernameToken(headers: readonly XmlElement[]): UsernameToken | "unreadable" | undefined {
  const security = headers.find((header) => isNamed(header, "wsse:Security"));
  const token = findChild(security, "wsse:UsernameToken");
  if (token === undefined) return undefined;
  const child = (name: string) => token.children.find((each) => each.name === name);
  const user = child("Username")?.text ?? "";
  const password = child("Password");
  const created = child("Created")?.text ?? "";
  const nonce = base64Bytes(child("Nonce")?.text ?? "");
  const digest = base64Bytes(password?.text ?? "");
  const createdMs = dateTimeMs(created);
  const isWhole = user !== "" && user.length <= MAX_USER && nonce !== undefined && createdMs !== undefined;
  if (!isWhole || digest?.length !== SHA1_BYTES || password?.attributes.get("Type") !== DIGEST_TYPE)
    return "unreadable";
  return { user: user.normalize("NFC"), nonce, created, createdMs, digest };
}

/** Whether the digest is that of this password (Username Token Profile 1.0 §3.1), compared in constant time. */
export function provesPassword(token: UsernameToken, password: string, crypto: Crypto): boolean {
  const tail = new TextEncoder().encode(token.created + password);
  const text = new Uint8Array(token.nonce.length + tail.length);
  text.set(token.nonce);
  text.set(tail, token.nonce.length);
  return crypto.timingSafeEqual(crypto.sha1(text), token.digest);
}

function base64Bytes(text: string): Uint8Array | undefined {
  if (text === "" || text.length > MAX_NONCE_TEXT) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(text);
    return bytes.length <= MAX_NONCE_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}
