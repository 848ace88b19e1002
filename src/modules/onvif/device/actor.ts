import { AppError } from "../../../core/errors.ts";
import type { Actor } from "../../../storage/audit-log.ts";
import type { OnvifCaller } from "../operation.ts";

/** Who acts, for the audit log. */
export function actorOf({ identity, address }: OnvifCaller): Actor {
  return { user: identity.user, address };
}

/** Whether this very request proved the caller's password; tokens and sessions do not. */
export function hasProvenPassword({ identity }: OnvifCaller): boolean {
  return identity.login?.way === "password";
}

/** What must not be done with a token alone. Throws AppError `forbidden`. */
export function demandPassword(caller: OnvifCaller): void {
  if (!hasProvenPassword(caller)) throw new AppError("forbidden", "Log in with name and password for this");
}
