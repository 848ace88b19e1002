/** What an `Authorization` header presents. Texts are unescaped and bounded, nothing is verified yet. */
export type Credentials = BasicCredentials | DigestCredentials | BearerCredentials;

/** RFC 7617. */
export interface BasicCredentials {
  readonly scheme: "basic";
  readonly user: string;
  readonly password: string;
}

/** The algorithms of RFC 7616 that are accepted. */
export type DigestAlgorithm = "MD5" | "SHA-256";

/** A Digest response (RFC 7616 §3.4), or the older form without `qop` (RFC 2069). */
export interface DigestCredentials {
  readonly scheme: "digest";
  readonly user: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower-case hex. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  /** Undefined is the RFC 2069 form. `nc` as text because the hash runs over what was sent. */
  readonly counted: { readonly nc: string; readonly cnonce: string } | undefined;
}

/** RFC 6750. */
export interface BearerCredentials {
  readonly scheme: "bearer";
  readonly token: string;
}

/** Real headers stay below 1 KiB; RTSP and HTTP bound the whole head at 16 KiB. */
const MAX_HEADER_LENGTH = 4096;
/** RFC 7616 defines 11; some clients add their own. */
const MAX_PARAMETERS = 24;

/** Parses an `Authorization` header (RFC 7235 §2.1), tolerant to case, quoting and spacing. Undefined: malformed or a scheme that is not offered. */
export function parseAuthorization(header: string): Credentials | undefined {
  if (header.length > MAX_HEADER_LENGTH) return undefined;
  const [, scheme = "", rest = ""] = /^\s*([A-Za-z]+)\s+(\S.*)$/s.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case "basic":
      return parseBasic(rest.trim());
    case "digest":
      return parseDigest(rest);
    case "bearer":
      return /^[\w.~+/-]+=*$/.test(rest.trim()) ? { scheme: "bearer", token: rest.trim() } : undefined;
    default:
      return undefined;
  }
}

function parseBasic(encoded: string): BasicCredentials | undefined {
  let text: string;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { scheme: "basic", user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function parseDigest(text: string): DigestCredentials | undefined {
  const parameters = parseParameters(text);
  if (parameters === undefined) return undefined;
  const user = utf8Text(parameters.get("username"));
  const nonce = parameters.get("nonce");
  const uri = parameters.get("uri");
  const response = parameters.get("response")?.toLowerCase() ?? "";
  const algorithm = algorithmOf(parameters.get("algorithm"), response);
  if (user === undefined || !nonce || !uri || algorithm === undefined || !/^[0-9a-f]+$/.test(response))
    return undefined;
  const base = { scheme: "digest", user, nonce, uri, response, algorithm } as const;

  const qop = parameters.get("qop");
  if (qop === undefined) return { ...base, counted: undefined };
  const nc = parameters.get("nc") ?? "";
  const cnonce = parameters.get("cnonce");
  if (qop.toLowerCase() !== "auth" || cnonce === undefined || !/^[0-9a-fA-F]{1,8}$/.test(nc)) return undefined;
  return { ...base, counted: { nc, cnonce } };
}

/** Clients send names in UTF-8 (RFC 7616 §4), which HTTP headers give as one character a byte; RTSP's are decoded already. */
function utf8Text(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\x20-\xff]*$/.test(text)) return text;
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return text;
  }
}

/** The algorithm that the client names, else the one its hash is as long as: clients differ in which of several challenges they answer. */
function algorithmOf(name: string | undefined, response: string): DigestAlgorithm | undefined {
  const known = { md5: "MD5", "sha-256": "SHA-256" } as const;
  if (name) return known[name.toLowerCase() as keyof typeof known];
  if (response.length === 32) return "MD5";
  return response.length === 64 ? "SHA-256" : undefined;
}

/** `name=value` and `name="value"`, separated by commas; a repeated name makes the header ambiguous and so malformed. */
function parseParameters(text: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  const pattern = /[\s,]*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, name = "", quoted, bare = ""] = match;
    const key = name.toLowerCase();
    if (parameters.has(key) || parameters.size === MAX_PARAMETERS) return undefined;
    parameters.set(key, quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1"));
    end = pattern.lastIndex;
  }
  return /^[\s,]*$/.test(text.slice(end)) ? parameters : undefined;
}
