import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Identity } from "../../identity/authenticator.ts";
import { lackedBy, listed, PERMISSIONS, type Permission } from "../../identity/permissions.ts";
import type { StoredToken, TokenStore } from "../../storage/token-store.ts";
import { type StoredUser, type UserStore, userRights } from "../../storage/user-store.ts";
import type { RightsChanges } from "../session/rights-changes.ts";

/** Who asks, and from where. */
export interface TokenCaller {
  readonly identity: Identity;
  readonly address: string;
}

/** A token to be made, as asked for. */
export interface WantedToken {
  readonly name: string;
  /** Unix milliseconds; null or undefined: never. */
  readonly expires?: number | null | undefined;
  /** Undefined: all that the caller may give. */
  readonly permissions?: readonly Permission[] | undefined;
  /** Undefined: the caller. */
  readonly user?: string | undefined;
}

/** What tokens are managed with. */
export interface TokenServiceParts {
  readonly users: UserStore;
  readonly tokens: TokenStore;
  readonly changes: RightsChanges;
  readonly clock: Clock;
}

/** The rules of auth.md about tokens: one's own, others' with `User_rw`; a token makes only tokens within its own rights and lifetime. */
export class TokenService {
  readonly #parts: TokenServiceParts;

  constructor(parts: TokenServiceParts) {
    this.#parts = parts;
  }

  list({ identity }: TokenCaller, user: string | undefined): Json {
    const owner = this.#owner(identity, user);
    return this.#parts.tokens.list(owner.name).map((token) => describeToken(token, owner));
  }

  /** The answer holds the secret, which is shown this once. */
  add(caller: TokenCaller, wanted: WantedToken): Json {
    const { identity, address } = caller;
    const { tokens, clock } = this.#parts;
    const owner = this.#owner(identity, wanted.user);
    const expiresMs = wanted.expires ?? undefined;
    if (expiresMs !== undefined && expiresMs <= clock.wallMs())
      throw new AppError("bad-request", "expires must lie in the future", {
        key: "expires",
        errorCode: "INVALID_VALUE",
      });
    const permissions = this.#grantable(identity, owner, wanted.permissions);
    const { token, secret } = tokens.add(
      { user: identity.user, address },
      { user: owner.name, name: wanted.name, permissions, expiresMs: withinLifetime(identity, wanted, expiresMs) },
    );
    return { ...describeToken(token, owner), token: secret };
  }

  remove({ identity, address }: TokenCaller, id: string): void {
    const { tokens, users, changes } = this.#parts;
    const token = tokens.find(id);
    const owner = token && users.find(token.user);
    const mayKnow = owner?.name === identity.user || identity.permissions.has("User_rw");
    if (token?.kind !== "token" || owner === undefined || !mayKnow)
      throw new AppError("not-found", "There is no token with this id");
    const permission = lackedBy(identity.permissions, tokenRights(token, owner));
    if (permission !== undefined)
      throw new AppError("forbidden", `Nobody revokes a token that may do more: ${permission}`, { permission });
    tokens.remove({ user: identity.user, address }, token);
    changes.notify();
  }

  /** The user whose tokens are meant. */
  #owner({ user: caller, permissions }: Identity, wanted: string | undefined): StoredUser {
    const name = wanted?.normalize("NFC") ?? caller ?? "";
    if (name !== caller && !permissions.has("User_rw"))
      throw new AppError("forbidden", "This needs the permission User_rw", { permission: "User_rw" });
    const user = this.#parts.users.find(name);
    if (user === undefined) throw new AppError("not-found", "There is no user of this name");
    return user;
  }

  /** What the token may do; undefined, all of its user's now and later, only where the caller is that user or an administrator, and no token of fewer. */
  #grantable(
    { permissions: held, login, user }: Identity,
    owner: StoredUser,
    wanted: readonly Permission[] | undefined,
  ): readonly Permission[] | undefined {
    const rights = userRights(owner);
    if (wanted === undefined) {
      const isWhole = lackedBy(held, owner.name === user ? rights : PERMISSIONS) === undefined;
      const own = login?.way === "token" && login.id !== undefined ? this.#parts.tokens.find(login.id) : undefined;
      if (isWhole && own?.permissions === undefined) return undefined;
      return listed(rights.intersection(held));
    }
    const permission = lackedBy(rights.intersection(held), wanted);
    if (permission === undefined) return wanted;
    const reason = rights.has(permission) ? "you do not hold it" : "its user does not hold it";
    throw new AppError("forbidden", `The token cannot have ${permission}: ${reason}`, { permission });
  }
}

/** A token as shown, without its secret. Times are Unix milliseconds. */
function describeToken(token: StoredToken, owner: StoredUser) {
  return {
    id: token.id,
    name: token.name,
    user: token.user,
    permissions: listed(tokenRights(token, owner)),
    created: token.createdMs,
    expires: token.expiresMs ?? null,
    last_used: token.lastUsedMs ?? null,
  };
}

function tokenRights({ permissions }: StoredToken, owner: StoredUser): ReadonlySet<Permission> {
  const rights = userRights(owner);
  return permissions === undefined ? rights : rights.intersection(new Set(permissions));
}

/** What a token makes ends with it at the latest; asked for longer it is refused, not shortened in silence. */
function withinLifetime({ login }: Identity, wanted: WantedToken, expiresMs: number | undefined): number | undefined {
  if (login?.way !== "token" || login.expiresMs === undefined) return expiresMs;
  if (wanted.expires === undefined) return login.expiresMs;
  if (expiresMs !== undefined && expiresMs <= login.expiresMs) return expiresMs;
  throw new AppError("forbidden", "A token makes no token that lives longer than itself", { key: "expires" });
}
