const HIDDEN = "(not shown)";
/** Shorter ones would take words away from whatever they stand in. */
const MIN_SECRET_LENGTH = 4;

/** What is followed by a secret: `name = ` of a configuration, `"name":` of JSON, `name=` of a URL or a command. */
const named = (sign: string, value: string) =>
  new RegExp(
    `((?:token|password|passwd|passphrase|psk|secret|cookie|credential)[\\w-]{0,32}\\\\?"?\\s{0,8}${sign}\\s{0,8})${value}`,
    "gi",
  );

/** What looks like a secret, with what stays of it. Every repetition has a bound, so that no text takes long; what is JSON stays JSON. */
const PATTERNS: readonly (readonly [pattern: RegExp, shown: string])[] = [
  [/-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|$)/g, HIDDEN],
  // who logs in by a URL
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"'?#]{0,512}@/gi, `$1${HIDDEN}@`],
  [/(\bturns?:)[^\s/"'?#]{0,512}@/gi, `$1${HIDDEN}@`],
  [/\b(Bearer|Basic)\s{1,8}[\w+/=.~-]{8,}/g, `$1 ${HIDDEN}`],
  [/(\bresponse=\\?"?)\w{1,128}/g, `$1${HIDDEN}`],
  // in quotes, themselves within a text of JSON or not, perhaps cut off
  [named("[=:]", String.raw`\\"(?:(?!\\")[^\r\n]){0,4096}(?:\\")?`), `$1\\"${HIDDEN}\\"`],
  [named("[=:]", String.raw`"(?:[^"\\\r\n]|\\.){0,4096}"?`), `$1"${HIDDEN}"`],
  [named("=", String.raw`[^\s"',;&{}[\]\\]{1,4096}`), `$1${HIDDEN}`],
  [named(":", String.raw`(?!(?:true|false|null|\d+)[\s,}])[^\s"',;&{}[\]\\]{1,4096}`), `$1${HIDDEN}`],
];

/** A text with what looks like a secret, and whatever is one of `secrets`, left out: also as JSON and URLs write it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const written = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // the longest first, for one may be part of another
  const known = [...new Set(written)].sort((one, other) => other.length - one.length);
  const hidden = known.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
  return PATTERNS.reduce((left, [pattern, shown]) => left.replace(pattern, shown), hidden);
}
