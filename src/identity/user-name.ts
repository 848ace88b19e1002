/** The rule of auth.md, to be shown where a name is refused. Dots alone would vanish from the path of a URL. */
export const USER_NAME_RULE = "has 1 to 32 letters, digits, dots, underscores or hyphens, and not dots alone";

const NAME = /^(?!\.+$)[\p{L}\p{N}._-]{1,32}$/u;

/** The one spelling (NFC) under which a user is known; undefined when the text cannot be a name. */
export function canonicalUserName(text: string): string | undefined {
  const name = text.normalize("NFC");
  return NAME.test(name) ? name : undefined;
}
