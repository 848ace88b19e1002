import type { Database } from "bun:sqlite";
import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import { diskFailure } from "../core/disk-failure.ts";
import { AppError } from "../core/errors.ts";
import { lackedBy, listed, type Permission } from "../identity/permissions.ts";
import type { Actor, AuditLog } from "./audit-log.ts";

/** `token`: with a name, made to be kept; `login`: what `POST /api/login` answers; `session`: the value of its cookie. */
export type TokenKind = "token" | "login" | "session";

/** A token without its secret, which is kept nowhere. Times are Unix milliseconds. */
export interface StoredToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly user: string;
  readonly name: string;
  /** Shared by the token and the session of one login. */
  readonly loginId: string | undefined;
  /** Undefined: all of the user's. */
  readonly permissions: readonly Permission[] | undefined;
  readonly createdMs: number;
  /** Undefined: never. */
  readonly expiresMs: number | undefined;
  readonly lastUsedMs: number | undefined;
}

/** A token that was just made. */
export interface IssuedToken {
  readonly token: StoredToken;
  /** 256 random bits, base64url. */
  readonly secret: string;
}

/** What tokens are kept in and made from. */
export interface TokenStoreParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly audit: AuditLog;
}

type Row = {
  readonly id: string;
  readonly kind: TokenKind;
  readonly user: string;
  readonly name: string;
  readonly login_id: string | null;
  readonly permissions: string | null;
  readonly created_ms: number;
  readonly expires_ms: number | null;
  readonly last_used_ms: number | null;
};

/** More devices and scripts than one user has; bounds what one user can store. */
const MAX_TOKENS_PER_USER = 64;
/** Logins of one user at a time; the one unused for longest leaves, so that a script which logs in each minute locks nobody out. */
const MAX_LOGINS_PER_USER = 64;
const SECRET_BYTES = 32;
const ID_BYTES = 8;
/** Where tokens are, the second in memory only. */
const TABLES = ["tokens", "unwritten_logins"] as const;
type Table = (typeof TABLES)[number];
const EVERYWHERE = TABLES.map((table) => `SELECT * FROM ${table}`).join(" UNION ALL ");

/** Bearer tokens and browser sessions. Logins that a full disk does not take hold until the next start: who makes room has to get in. */
export class TokenStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #crypto: Crypto;
  readonly #audit: AuditLog;

  constructor({ database, clock, crypto, audit }: TokenStoreParts) {
    this.#database = database;
    this.#clock = clock;
    this.#crypto = crypto;
    this.#audit = audit;
    database.run("CREATE TEMP TABLE IF NOT EXISTS unwritten_logins AS SELECT * FROM tokens LIMIT 0");
  }

  /** Makes a token with a name. Throws AppError `conflict` when the user has too many. */
  add(actor: Actor, wanted: Pick<StoredToken, "user" | "name" | "permissions" | "expiresMs">): IssuedToken {
    return this.#database
      .transaction(() => {
        if (this.list(wanted.user).length >= MAX_TOKENS_PER_USER) {
          throw new AppError("conflict", `A user has at most ${MAX_TOKENS_PER_USER} tokens; remove one first`);
        }
        const issued = this.#insert({ ...wanted, kind: "token", loginId: undefined });
        this.#audit.record(actor, "token-added", wanted.user, { id: issued.token.id, name: wanted.name });
        return issued;
      })
      .immediate();
  }

  /** Makes the token and the session of a login. */
  addLogin(
    user: string,
    ends: { readonly tokenMs: number; readonly sessionMs: number },
  ): { readonly token: IssuedToken; readonly session: IssuedToken } {
    const addTo = (table: Table) => {
      const loginId = this.#randomId();
      const wanted = { user, name: "", loginId, permissions: undefined };
      const token = this.#insert({ ...wanted, kind: "login", expiresMs: ends.tokenMs }, table);
      const session = this.#insert({ ...wanted, kind: "session", expiresMs: ends.sessionMs }, table);
      this.#dropForgottenLogins(user, loginId, table);
      return { token, session };
    };
    try {
      return this.#database.transaction(addTo).immediate("tokens");
    } catch (error) {
      if (diskFailure(error) === undefined) throw error;
      return addTo("unwritten_logins");
    }
  }

  /** Undefined: no such token. Whether it has expired is for the caller to see. */
  findBySecret(secret: string): StoredToken | undefined {
    return this.#one("secret_hash = $hash", { hash: this.#hash(secret) });
  }

  find(id: string): StoredToken | undefined {
    return this.#one("id = $id", { id });
  }

  /** The named tokens of a user, oldest first. */
  list(user: string): readonly StoredToken[] {
    return this.#database
      .query<Row, Record<string, string>>(
        "SELECT * FROM tokens WHERE user = $user AND kind = 'token' ORDER BY created_ms, id",
      )
      .all({ user })
      .map(fromRow);
  }

  /** Ends a token with a name. */
  remove(actor: Actor, token: StoredToken): void {
    this.#database
      .transaction(() => {
        this.#run("DELETE FROM tokens WHERE id = $id", { id: token.id });
        this.#audit.record(actor, "token-removed", token.user, { id: token.id, name: token.name });
      })
      .immediate();
  }

  /** Ends the token and the session of one login. Returns how many logins ended. */
  endLogin(user: string, loginId: string): number {
    const ended = this.#runEverywhere((table) => `DELETE FROM ${table} WHERE user = $user AND login_id = $loginId`, {
      user,
      loginId,
    });
    return ended > 0 ? 1 : 0;
  }

  /** Ends every login of a user; named tokens stay. Returns how many logins ended. */
  endLogins(user: string): number {
    const logins = this.#database
      .query<{ count: number }, Record<string, string>>(
        `SELECT COUNT(DISTINCT login_id) AS count FROM (${EVERYWHERE}) WHERE user = $user AND kind <> 'token'`,
      )
      .get({ user });
    this.#runEverywhere((table) => `DELETE FROM ${table} WHERE user = $user AND kind <> 'token'`, { user });
    return logins?.count ?? 0;
  }

  /** Ends the named tokens of a user that were made for more than `rights`. */
  endAbove(user: string, rights: ReadonlySet<Permission>): void {
    for (const { id, permissions } of this.list(user)) {
      if (lackedBy(rights, permissions ?? []) !== undefined) this.#run("DELETE FROM tokens WHERE id = $id", { id });
    }
  }

  noteUse(id: string, timeMs: number): void {
    this.#runEverywhere((table) => `UPDATE ${table} SET last_used_ms = $timeMs WHERE id = $id`, { id, timeMs });
  }

  /** Forgets what has expired, and sessions not used since `idleSinceMs`. Returns how many rows went. */
  removeEnded(idleSinceMs: number): number {
    return this.#runEverywhere(
      (table) => `DELETE FROM ${table} WHERE expires_ms <= $nowMs
         OR (kind = 'session' AND COALESCE(last_used_ms, created_ms) <= $idleSinceMs)`,
      { nowMs: this.#nowMs(), idleSinceMs },
    );
  }

  #insert(wanted: Omit<StoredToken, "id" | "createdMs" | "lastUsedMs">, table: Table = "tokens"): IssuedToken {
    const secret = this.#crypto.randomBytes(SECRET_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
    const token = { ...wanted, id: this.#randomId(), createdMs: this.#nowMs(), lastUsedMs: undefined };
    this.#run(
      `INSERT INTO ${table} (id, kind, secret_hash, user, name, login_id, permissions, created_ms, expires_ms)
       VALUES ($id, $kind, $hash, $user, $name, $loginId, $permissions, $createdMs, $expiresMs)`,
      {
        id: token.id,
        kind: token.kind,
        hash: this.#hash(secret),
        user: token.user,
        name: token.name,
        loginId: token.loginId ?? null,
        permissions: token.permissions === undefined ? null : JSON.stringify(listed(token.permissions)),
        createdMs: token.createdMs,
        expiresMs: token.expiresMs ?? null,
      },
    );
    return { token, secret };
  }

  #dropForgottenLogins(user: string, newest: string, table: Table): void {
    this.#run(
      `DELETE FROM ${table} WHERE user = $user AND login_id IN (
         SELECT login_id FROM ${table} WHERE user = $user AND kind <> 'token' AND login_id <> $newest GROUP BY login_id
         ORDER BY MAX(COALESCE(last_used_ms, created_ms)) DESC, MAX(rowid) DESC LIMIT -1 OFFSET $kept)`,
      { user, newest, kept: MAX_LOGINS_PER_USER - 1 },
    );
  }

  #one(condition: string, values: Record<string, string | Uint8Array>): StoredToken | undefined {
    const row = this.#database
      .query<Row, Record<string, string | Uint8Array>>(`SELECT * FROM (${EVERYWHERE}) WHERE ${condition}`)
      .get(values);
    return row === null ? undefined : fromRow(row);
  }

  #run(sql: string, values: Record<string, string | number | null | Uint8Array>): number {
    return this.#database.query(sql).run(values).changes;
  }

  /** How many rows changed. */
  #runEverywhere(
    sqlFor: (table: Table) => string,
    values: Record<string, string | number | null | Uint8Array>,
  ): number {
    return TABLES.reduce((sum, table) => sum + this.#run(sqlFor(table), values), 0);
  }

  #hash(secret: string): Uint8Array {
    return Uint8Array.fromHex(this.#crypto.sha256Hex(secret));
  }

  #randomId(): string {
    return this.#crypto.randomBytes(ID_BYTES).toHex();
  }

  #nowMs(): number {
    return Math.trunc(this.#clock.wallMs());
  }
}

function fromRow(row: Row): StoredToken {
  return {
    id: row.id,
    kind: row.kind,
    user: row.user,
    name: row.name,
    loginId: row.login_id ?? undefined,
    permissions: row.permissions === null ? undefined : JSON.parse(row.permissions),
    createdMs: row.created_ms,
    expiresMs: row.expires_ms ?? undefined,
    lastUsedMs: row.last_used_ms ?? undefined,
  };
}
