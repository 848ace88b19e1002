import type { Database } from "bun:sqlite";
import { AppError } from "../core/errors.ts";
import type { DigestSecrets } from "../identity/digest.ts";
import type { Permission, Role } from "../identity/permissions.ts";
import type { SecretBox } from "./secret-box.ts";
import { digestContext, onvifContext, type UserRow } from "./user-row.ts";

/** A user as a backup holds it. */
export interface SavedUser {
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly must_change_password: boolean;
  readonly created: number;
  /** What logins are checked against; left out of backups without a passphrase. */
  readonly secrets?: {
    readonly password_hash: string;
    readonly digest: DigestSecrets | null;
    readonly onvif_password: string | null;
  };
}

/** A hash that no password has. */
const NO_PASSWORD = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Every user, for a backup. */
export function savedUsers(database: Database, box: SecretBox, withSecrets: boolean): readonly SavedUser[] {
  return database
    .query<UserRow, []>("SELECT * FROM users ORDER BY name")
    .all()
    .map((row) => ({
      name: row.name,
      role: row.role,
      permissions: JSON.parse(row.extra_permissions),
      must_change_password: row.must_change_password === 1,
      created: row.created_ms,
      ...(withSecrets ? { secrets: secretsOf(row, box) } : {}),
    }));
}

function secretsOf(row: UserRow, box: SecretBox): NonNullable<SavedUser["secrets"]> {
  const digest = box.open(row.digest_secrets, digestContext(row.name));
  return {
    password_hash: row.password_hash,
    digest: digest === undefined ? null : JSON.parse(digest),
    onvif_password: row.onvif_password === null ? null : (box.open(row.onvif_password, onvifContext(row.name)) ?? null),
  };
}

/**
 * Puts the users of a backup in place of those there are, inside the caller's transaction. Without secrets, users that exist keep
 * their passwords, and new ones cannot log in before an administrator gives them one; nobody is removed then. Ends every login.
 * Throws AppError `conflict` when no administrator would be left.
 */
export function restoreUsers(database: Database, box: SecretBox, users: readonly SavedUser[], nowMs: number): void {
  database.run("DELETE FROM tokens");
  if (users.every(({ secrets }) => secrets !== undefined)) database.run("DELETE FROM users");
  const insert = database.query(
    `INSERT INTO users (name, role, extra_permissions, password_hash, digest_secrets, onvif_password, must_change_password,
       created_ms, changed_ms, password_revision)
     VALUES ($name, $role, $permissions, $hash, $digest, $onvif, $mustChange, $created, $nowMs, $revision)
     ON CONFLICT (name) DO UPDATE SET role = excluded.role, extra_permissions = excluded.extra_permissions, changed_ms = excluded.changed_ms`,
  );
  for (const { name, role, permissions, must_change_password, created, secrets } of users) {
    insert.run({
      name,
      role,
      permissions: JSON.stringify(permissions),
      hash: secrets?.password_hash ?? NO_PASSWORD,
      // what cannot be opened counts as lost: the next login with name and password makes it anew
      digest: secrets?.digest ? box.seal(JSON.stringify(secrets.digest), digestContext(name)) : new Uint8Array(),
      onvif: secrets?.onvif_password ? box.seal(secrets.onvif_password, onvifContext(name)) : null,
      mustChange: must_change_password || secrets === undefined ? 1 : 0,
      created,
      nowMs,
      revision: nowMs,
    });
  }
  const left = database
    .query("SELECT 1 FROM users WHERE role = 'administrator' AND password_hash <> $none")
    .get({ none: NO_PASSWORD });
  if (left === null) throw new AppError("conflict", "The backup would leave no administrator who can log in");
}
