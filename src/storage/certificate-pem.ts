import { AppError } from "../core/errors.ts";

/** Most bytes of a chain with its key (contract http.md). */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;
/** Longer chains than any public authority's; each costs every handshake its bytes. */
export const MAX_CHAIN_LENGTH = 10;

/** A certificate chain, leaf first, and the leaf's private key, both as PEM text. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** The parts of a PEM text that matter to TLS. */
export interface PemParts {
  /** One text a certificate, in the order found. */
  readonly certificates: readonly string[];
  /** The private key; undefined where there is none. */
  readonly key: string | undefined;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*(?:-(?!----)[^-]*)*)-----END \1-----/g;
/** RFC 1421 §4.6.1.1; a line at a time, so that blank lines without end cost no more than others. */
const ENCRYPTED_HEADER = /^[ \t]*Proc-Type:[^\r\n]*ENCRYPTED/m;
const KEY_LABELS: ReadonlySet<string> = new Set(["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]);
/** Of old OpenSSL keys and named-curve files; harmless. */
const IGNORED_LABELS: ReadonlySet<string> = new Set(["EC PARAMETERS", "DH PARAMETERS"]);

/** An error about one part of what was given: `certificate`, `key`, `pkcs12` or `password`. */
export function certificateError(key: string, message: string): AppError {
  return new AppError("bad-request", message, { errorCode: "INVALID_VALUE", key });
}

/** Cuts a PEM text into its blocks; text between them is ignored (RFC 7468 §5.2). `part` names the text in errors. Throws AppError `bad-request`, `too-large`. */
export function readPem(text: string, part: "certificate" | "key"): PemParts {
  if (text.length > MAX_CERTIFICATE_BYTES)
    throw new AppError("too-large", `The ${part} is larger than ${MAX_CERTIFICATE_BYTES} bytes`, { key: part });
  const certificates: string[] = [];
  const keys: string[] = [];
  for (const [block, label = "", body = ""] of text.matchAll(BLOCK)) {
    if (label === "ENCRYPTED PRIVATE KEY" || ENCRYPTED_HEADER.test(body)) {
      throw certificateError(
        "key",
        "The private key is encrypted; remove its passphrase first (openssl pkey -in KEY -out PLAIN) or send a PKCS#12 file with its password",
      );
    }
    if (label === "CERTIFICATE" || label === "X509 CERTIFICATE" || label === "TRUSTED CERTIFICATE")
      certificates.push(block);
    else if (KEY_LABELS.has(label)) keys.push(block);
    else if (!IGNORED_LABELS.has(label))
      throw certificateError(part, `The ${part} holds a ${label.toLowerCase()}, which belongs to no server`);
  }
  if (certificates.length > MAX_CHAIN_LENGTH)
    throw certificateError("certificate", `The chain has more than ${MAX_CHAIN_LENGTH} certificates`);
  if (keys.length > 1) throw certificateError("key", "There is more than one private key");
  return { certificates, key: keys[0] };
}

/** One text of blocks, each ending in a newline. */
export function joinPem(blocks: readonly string[]): string {
  return blocks.map((block) => `${block.trim()}\n`).join("");
}

/** DER as a PEM block (RFC 7468). */
export function pemBlock(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
