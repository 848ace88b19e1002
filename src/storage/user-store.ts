import type { Database } from "bun:sqlite";
import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import { AppError } from "../core/errors.ts";
import { type DigestSecrets, digestSecrets } from "../identity/digest.ts";
import { listed, type Permission, ROLE_PERMISSIONS, type Role, rightsOf } from "../identity/permissions.ts";
import type { Actor, AuditLog } from "./audit-log.ts";
import type { SecretBox } from "./secret-box.ts";
import type { TokenStore } from "./token-store.ts";
import { digestContext, onvifContext, type UserRow } from "./user-row.ts";

/** A user as kept. Times are Unix milliseconds. */
export interface StoredUser {
  /** NFC. */
  readonly name: string;
  readonly role: Role;
  /** Beside those of the role. */
  readonly extraPermissions: readonly Permission[];
  /** Argon2id. */
  readonly passwordHash: string;
  /** Another number for each password. */
  readonly passwordRevision: number;
  readonly mustChangePassword: boolean;
  /** Whether the password is kept so that ONVIF's WS-UsernameToken can be checked. */
  readonly onvif: boolean;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** A password to be kept: its text for the secrets that Digest and ONVIF need, and its finished hash. */
export interface NewPassword {
  readonly text: string;
  readonly hash: string;
  /** True for a password that somebody else knows, such as a generated one. */
  readonly mustChange: boolean;
}

/** A user to be made. */
export interface NewUser extends Pick<StoredUser, "name" | "role" | "extraPermissions" | "onvif"> {
  readonly password: NewPassword;
}

/** What of a user is to be another; members left out stay. */
export type UserChange = Partial<Omit<NewUser, "name">>;

/** What users are kept in and made from. */
export interface UserStoreParts {
  readonly database: Database;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly audit: AuditLog;
  readonly tokens: TokenStore;
}

/** Far more than a device has; the list fits into one answer. */
const MAX_USERS = 1000;
/** SQLite and JavaScript share integers of up to 53 bits. */
const REVISION_BYTES = 6;

/** The users of the device. Every change is one transaction together with its line in the audit log. */
export class UserStore {
  readonly #parts: UserStoreParts;
  readonly #database: Database;

  constructor(parts: UserStoreParts) {
    this.#parts = parts;
    this.#database = parts.database;
  }

  find(name: string): StoredUser | undefined {
    const row = this.#row(name);
    return row === undefined ? undefined : fromRow(row);
  }

  /** By name, only those behind `after`. */
  list(query: { readonly after?: string | undefined; readonly limit: number }): readonly StoredUser[] {
    return this.#database
      .query<UserRow, Record<string, string | number>>(
        "SELECT * FROM users WHERE name > $after ORDER BY name LIMIT $limit",
      )
      .all({ after: query.after ?? "", limit: query.limit })
      .map(fromRow);
  }

  /** Several changes as one: all of them, or none where one throws. */
  together<T>(changes: () => T): T {
    return this.#database.transaction(changes).immediate();
  }

  hasAdministrator(): boolean {
    return this.#countAdministrators() > 0;
  }

  /** HA1 of the user; undefined without such a user or where the device key is another than the one it was sealed with. */
  digestSecrets(name: string): DigestSecrets | undefined {
    const row = this.#row(name);
    const text = row && this.#parts.box.open(row.digest_secrets, digestContext(name));
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** The password itself, for WS-UsernameToken; undefined where ONVIF is off for the user. */
  onvifPassword(name: string): string | undefined {
    const sealed = this.#row(name)?.onvif_password;
    return sealed ? this.#parts.box.open(sealed, onvifContext(name)) : undefined;
  }

  /** Throws AppError `conflict` when the name is taken or there are too many. */
  add(actor: Actor, user: NewUser): StoredUser {
    return this.#database
      .transaction(() => {
        if (this.#row(user.name) !== undefined) throw new AppError("conflict", "There is already a user of this name");
        if (this.#count("SELECT COUNT(*) AS count FROM users") >= MAX_USERS)
          throw new AppError("conflict", `There are at most ${MAX_USERS} users; remove one first`);
        const nowMs = this.#nowMs();
        this.#run(
          `INSERT INTO users (name, role, extra_permissions, password_hash, digest_secrets, onvif_password,
             must_change_password, created_ms, changed_ms, password_revision)
           VALUES ($name, $role, $extraPermissions, $hash, $digest, $onvif, $mustChange, $nowMs, $nowMs, $revision)`,
          {
            name: user.name,
            ...rightsColumns(user),
            ...this.#passwordColumns(user.name, user.password, user.onvif),
            nowMs,
          },
        );
        this.#parts.audit.record(actor, "user-added", user.name, { role: user.role });
        return this.#known(user.name);
      })
      .immediate();
  }

  /**
   * Changes a user and ends the logins that this ends: all of them at another password or other rights, named tokens above the
   * new rights. Throws AppError `not-found`, `conflict` for the last administrator, `bad-request` where ONVIF is turned on without the password.
   */
  change(actor: Actor, name: string, change: UserChange): StoredUser {
    return this.#database
      .transaction(() => {
        const former = this.#known(name);
        const next = { ...former, ...change };
        if (next.role !== "administrator") this.#keepLastAdministrator(former);
        this.#changeOnvif(former, change);
        this.#run(
          "UPDATE users SET role = $role, extra_permissions = $extraPermissions, changed_ms = $nowMs WHERE name = $name",
          {
            name,
            ...rightsColumns(next),
            nowMs: this.#nowMs(),
          },
        );
        if (change.password !== undefined) this.#setPassword(name, change.password, next.onvif);
        this.#endLogins(former, next, change.password !== undefined);
        const changed = Object.entries(change).flatMap(([key, value]) => (value === undefined ? [] : [key]));
        this.#parts.audit.record(actor, "user-changed", name, { changed, role: next.role });
        return this.#known(name);
      })
      .immediate();
  }

  /** Seals what Digest and ONVIF need anew with this device's key, after another one was lost. `text` must be the user's password. */
  renewSecrets(name: string, text: string): void {
    const { box, crypto } = this.#parts;
    this.#run(
      `UPDATE users SET digest_secrets = $digest, onvif_password = IIF(onvif_password IS NULL, NULL, $onvif)
       WHERE name = $name`,
      {
        name,
        digest: box.seal(JSON.stringify(digestSecrets(crypto, name, text)), digestContext(name)),
        onvif: box.seal(text, onvifContext(name)),
      },
    );
  }

  /** Removes a user with its tokens. Throws AppError `not-found`, `conflict` for the last administrator. */
  remove(actor: Actor, name: string): void {
    this.#database
      .transaction(() => {
        this.#keepLastAdministrator(this.#known(name));
        this.#parts.tokens.endLogins(name);
        this.#run("DELETE FROM users WHERE name = $name", { name });
        this.#parts.audit.record(actor, "user-removed", name);
      })
      .immediate();
  }

  #setPassword(name: string, password: NewPassword, onvif: boolean): void {
    this.#run(
      `UPDATE users SET password_hash = $hash, digest_secrets = $digest, onvif_password = $onvif,
         must_change_password = $mustChange, password_revision = $revision WHERE name = $name`,
      { name, ...this.#passwordColumns(name, password, onvif) },
    );
  }

  #changeOnvif(former: StoredUser, change: UserChange): void {
    if (change.onvif === undefined || change.onvif === former.onvif || change.password !== undefined) return;
    if (change.onvif) {
      throw new AppError("bad-request", "onvif needs the password, which is only kept while it is on; send it too", {
        key: "onvif",
      });
    }
    this.#run("UPDATE users SET onvif_password = NULL WHERE name = $name", { name: former.name });
  }

  #endLogins(
    former: StoredUser,
    next: Pick<StoredUser, "name" | "role" | "extraPermissions">,
    isNewPassword: boolean,
  ): void {
    const rights = rightsOf(next.role, next.extraPermissions);
    const isSame = next.role === former.role && String(listed(rights)) === String(listed(userRights(former)));
    if (isNewPassword || !isSame) this.#parts.tokens.endLogins(next.name);
    if (!isSame) this.#parts.tokens.endAbove(next.name, rights);
  }

  #keepLastAdministrator(user: StoredUser): void {
    if (user.role !== "administrator" || this.#countAdministrators() > 1) return;
    throw new AppError("conflict", "This is the last administrator; make another one first");
  }

  #countAdministrators(): number {
    return this.#count("SELECT COUNT(*) AS count FROM users WHERE role = 'administrator'");
  }

  #passwordColumns(name: string, { text, hash, mustChange }: NewPassword, onvif: boolean) {
    const { box, crypto } = this.#parts;
    return {
      hash,
      digest: box.seal(JSON.stringify(digestSecrets(crypto, name, text)), digestContext(name)),
      onvif: onvif ? box.seal(text, onvifContext(name)) : null,
      mustChange: mustChange ? 1 : 0,
      revision: Number.parseInt(crypto.randomBytes(REVISION_BYTES).toHex(), 16),
    };
  }

  #known(name: string): StoredUser {
    const user = this.find(name);
    if (user === undefined) throw new AppError("not-found", "There is no user of this name");
    return user;
  }

  #row(name: string): UserRow | undefined {
    return (
      this.#database.query<UserRow, Record<string, string>>("SELECT * FROM users WHERE name = $name").get({ name }) ??
      undefined
    );
  }

  #count(sql: string): number {
    return this.#database.query<{ count: number }, []>(sql).get()?.count ?? 0;
  }

  #run(sql: string, values: Record<string, string | number | null | Uint8Array>): void {
    this.#database.query(sql).run(values);
  }

  #nowMs(): number {
    return Math.trunc(this.#parts.clock.wallMs());
  }
}

/** What a user may do. */
export function userRights(user: Pick<StoredUser, "role" | "extraPermissions">): ReadonlySet<Permission> {
  return rightsOf(user.role, user.extraPermissions);
}

/** What the role brings is left out, so that a later change of role takes it away. */
function rightsColumns({ role, extraPermissions }: Pick<StoredUser, "role" | "extraPermissions">) {
  const extra = listed(extraPermissions).filter((permission) => !ROLE_PERMISSIONS[role].includes(permission));
  return { role, extraPermissions: JSON.stringify(extra) };
}

function fromRow(row: UserRow): StoredUser {
  return {
    name: row.name,
    role: row.role,
    extraPermissions: JSON.parse(row.extra_permissions),
    passwordHash: row.password_hash,
    passwordRevision: row.password_revision,
    mustChangePassword: row.must_change_password === 1,
    onvif: row.onvif_password !== null,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  };
}
