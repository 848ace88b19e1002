import type { Identity } from "../../identity/authenticator.ts";
import type { SettingsActor } from "../../settings/settings-store.ts";

/** Any of these reads some setting; which one a key needs is the store's to say. */
export const READS = ["Device_r", "Media_r", "Storage_r", "System_r"] as const;
/** Any of these changes some setting. */
export const WRITES = ["Device_rw", "Media_rw", "Storage_rw", "System_rw"] as const;

/** Who changes settings over REST. */
export function actorOf({
  identity,
  address,
}: {
  readonly identity: Identity;
  readonly address: string;
}): SettingsActor {
  return { user: identity.user, address, permissions: identity.permissions, client: "rest" };
}
