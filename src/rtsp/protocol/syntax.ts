/** `token` of RFC 2326 §15 (as RFC 9110): method and header names. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are exactly what is being looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Whether `text` is a non-empty RFC 2326 `token`. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether `text` holds a control character other than a tab; a header value may not. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

/** An unsigned decimal of digits only, at most `maximum`; undefined for anything else (signs, spaces, fractions). */
export function parseDecimal(text: string, maximum: number): number | undefined {
  if (!/^[0-9]{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= maximum ? value : undefined;
}

/** Splits at `separator` outside double quotes; pieces are trimmed. Undefined when a quote stays open. */
export function splitUnquoted(text: string, separator: "," | ";"): readonly string[] | undefined {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      pieces.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  pieces.push(text.slice(start).trim());
  return quoted ? undefined : pieces;
}

/** `"text"` without its quotes, anything else as it is. */
export function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
