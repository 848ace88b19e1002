import type { Role } from "../identity/permissions.ts";

/** A row of the table `users`. */
export type UserRow = {
  readonly name: string;
  readonly role: Role;
  readonly extra_permissions: string;
  readonly password_hash: string;
  readonly digest_secrets: Uint8Array;
  readonly onvif_password: Uint8Array | null;
  readonly must_change_password: number;
  readonly created_ms: number;
  readonly changed_ms: number;
  readonly password_revision: number;
};

/** What `digest_secrets` of a user is sealed for. */
export function digestContext(name: string): string {
  return `digest_secrets ${name}`;
}

/** What `onvif_password` of a user is sealed for. */
export function onvifContext(name: string): string {
  return `onvif_password ${name}`;
}
