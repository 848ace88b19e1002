import { COMMON_PASSWORDS } from "./common-passwords.ts";

const MIN_LENGTH = 8;
/** Bounds the work of hashing. */
const MAX_LENGTH = 128;

/** The rule of auth.md, to be shown where a password is refused. */
export const PASSWORD_RULE = `a password has ${MIN_LENGTH} to ${MAX_LENGTH} characters, is not one of the most common ones and is not the user name`;

/** Whether a password may be set for `user`. Lengths count characters, not bytes; case does not make a common password better. */
export function isStrongPassword(password: string, user: string): boolean {
  const length = [...password].length;
  if (length < MIN_LENGTH || length > MAX_LENGTH) return false;
  const folded = password.normalize("NFKC").toLowerCase();
  return folded !== user.normalize("NFKC").toLowerCase() && !COMMON_PASSWORDS.has(folded);
}

/** What the demo on loopback takes, whose own password is weak: anything that can be hashed. */
export function isAcceptablePassword(password: string): boolean {
  return password !== "" && [...password].length <= MAX_LENGTH;
}
