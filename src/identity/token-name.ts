/** The rule of auth.md, completing a sentence that begins with what holds the name. */
export const TOKEN_NAME_RULE = "must have 1 to 64 characters and no control characters";

/** What a token may be called, for people who read lists. */
export const TOKEN_NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/** Whether a token may be called so. */
export function isTokenName(text: string): boolean {
  return TOKEN_NAME.test(text);
}
