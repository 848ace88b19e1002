import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Identity } from "../../identity/authenticator.ts";
import { lockedOut } from "../../identity/login-failures.ts";
import { PASSWORD_RULE } from "../../identity/password-policy.ts";
import { lackedBy, listed, type Permission, type Role, rightsOf } from "../../identity/permissions.ts";
import { canonicalUserName, USER_NAME_RULE } from "../../identity/user-name.ts";
import type { Actor } from "../../storage/audit-log.ts";
import type { PasswordHashing } from "../../storage/password-hashing.ts";
import { type NewUser, type StoredUser, type UserStore, userRights } from "../../storage/user-store.ts";
import type { PasswordCheck } from "../session/password-check.ts";
import type { RightsChanges } from "../session/rights-changes.ts";

/** Who asks, and from where. */
export interface UserCaller {
  readonly identity: Identity;
  readonly address: string;
  /** This very request proved the caller's password, so that changing it asks for no old one. */
  readonly hasProvenPassword?: boolean;
}

/** A user to be made, as asked for. */
export interface WantedUser {
  readonly name: string;
  readonly password: string;
  readonly role: Role;
  /** Beside those of the role. */
  readonly permissions?: readonly Permission[] | undefined;
  readonly onvif?: boolean | undefined;
}

/** What of a user is to change, as asked for. */
export type WantedChange = {
  readonly [Member in Exclude<keyof WantedUser, "name"> | "old_password"]?: WantedMembers[Member] | undefined;
};

interface WantedMembers extends WantedUser {
  readonly old_password: string;
}

/** A change that was checked, its password hashed. */
interface PreparedChange {
  apply(): StoredUser;
  /** After all of a list were applied. */
  follow(): void;
}

/** What users are managed with. */
export interface UserServiceParts {
  readonly users: UserStore;
  readonly hashing: PasswordHashing;
  readonly passwords: PasswordCheck;
  readonly changes: RightsChanges;
  readonly isPasswordAllowed: (password: string, user: string) => boolean;
  /** Called after a user's password changed or the user went, so that `initial-password` can go. */
  readonly onPasswordGone: (user: string) => void;
  readonly limits: () => { readonly loginFailures: number };
}

/** The rules of auth.md about users: nobody grants what they do not hold, nor edits a user who holds more, and a named token, which may look, changes none. */
export class UserService {
  readonly #parts: UserServiceParts;

  constructor(parts: UserServiceParts) {
    this.#parts = parts;
  }

  /** By name; one more than `limit` where there are more. */
  list(after: string | undefined, limit: number): readonly StoredUser[] {
    return this.#parts.users.list({ after, limit: limit + 1 });
  }

  get(name: string): Json {
    return describeUser(this.#known(name));
  }

  /** One's own, or another's with `User_r`. */
  permissions({ identity }: UserCaller, name: string): Json {
    if (identity.user !== name.normalize("NFC")) demand(identity, "User_r");
    const user = this.#known(name);
    return { role: user.role, permissions: listed(userRights(user)) };
  }

  async add(caller: UserCaller, wanted: WantedUser): Promise<Json> {
    const user = await this.#prepared(caller, wanted);
    return describeUser(this.#parts.users.add(actorOf(caller), user));
  }

  /** All or none. */
  async addAll(caller: UserCaller, wanted: readonly WantedUser[]): Promise<void> {
    const { users } = this.#parts;
    const prepared: NewUser[] = [];
    for (const one of wanted) prepared.push(await this.#prepared(caller, one));
    users.together(() => prepared.map((user) => users.add(actorOf(caller), user)));
  }

  async change(caller: UserCaller, givenName: string, wanted: WantedChange): Promise<Json> {
    const change = await this.#preparedChange(caller, givenName, wanted);
    const changed = change.apply();
    change.follow();
    this.#parts.changes.notify();
    return describeUser(changed);
  }

  /** All or none. */
  async changeAll(
    caller: UserCaller,
    wanted: readonly { readonly name: string; readonly change: WantedChange }[],
  ): Promise<void> {
    const changes: PreparedChange[] = [];
    for (const { name, change } of wanted) changes.push(await this.#preparedChange(caller, name, change));
    this.#parts.users.together(() => changes.map((change) => change.apply()));
    for (const change of changes) change.follow();
    this.#parts.changes.notify();
  }

  remove(caller: UserCaller, givenName: string): void {
    this.removeAll(caller, [givenName]);
  }

  /** All or none. */
  removeAll(caller: UserCaller, givenNames: readonly string[]): void {
    refuseToken(caller.identity);
    const { users, changes, onPasswordGone } = this.#parts;
    const names = givenNames.map((given) => this.#known(given).name);
    users.together(() => {
      for (const name of names) {
        refuseMoreRights(caller.identity, this.#known(name));
        users.remove(actorOf(caller), name);
      }
    });
    for (const name of names) onPasswordGone(name);
    changes.notify();
  }

  async #prepared({ identity }: UserCaller, wanted: WantedUser): Promise<NewUser> {
    refuseToken(identity);
    const name = canonicalUserName(wanted.name);
    if (name === undefined) throw invalid("name", USER_NAME_RULE);
    const extraPermissions = wanted.permissions ?? [];
    refuseGrant(identity, rightsOf(wanted.role, extraPermissions));
    const { password: text, role, onvif = true } = wanted;
    this.#refuseWeak(text, name);
    const hash = await this.#parts.hashing.hash(text);
    return { name, role, extraPermissions, onvif, password: { text, hash, mustChange: false } };
  }

  async #preparedChange(caller: UserCaller, givenName: string, wanted: WantedChange): Promise<PreparedChange> {
    const { users, hashing } = this.#parts;
    const { identity } = caller;
    const name = givenName.normalize("NFC");
    const { password: text, old_password, role, permissions, onvif } = wanted;
    const isOwn = identity.user === name;
    const isOwnPasswordOnly = isOwn && [role, permissions, onvif].every((member) => member === undefined);
    if (!isOwnPasswordOnly) demand(identity, "User_rw");
    refuseToken(identity);

    const check = () => {
      const target = this.#known(name);
      if (isOwnPasswordOnly) return;
      refuseMoreRights(identity, target);
      const next = rightsOf(role ?? target.role, permissions ?? target.extraPermissions);
      if (role !== undefined || permissions !== undefined) refuseGrant(identity, next);
    };
    check();
    if (text !== undefined) this.#refuseWeak(text, name);
    if (text !== undefined && isOwn && !caller.hasProvenPassword)
      await this.#proveOldPassword(name, old_password, caller.address);
    const password = text === undefined ? undefined : { text, hash: await hashing.hash(text), mustChange: false };
    return {
      apply: () => {
        // Others may have changed the user meanwhile.
        check();
        return users.change(actorOf(caller), name, {
          ...(role !== undefined && { role }),
          ...(permissions !== undefined && { extraPermissions: permissions }),
          ...(onvif !== undefined && { onvif }),
          ...(password !== undefined && { password }),
        });
      },
      follow: () => {
        if (password !== undefined) this.#parts.onPasswordGone(name);
      },
    };
  }

  /** A wrong one counts as a failed login. */
  async #proveOldPassword(name: string, oldPassword: string | undefined, address: string): Promise<void> {
    if (oldPassword === undefined) throw invalid("old_password", "is missing");
    const result = await this.#parts.passwords.check(name, oldPassword, address);
    if (result.outcome === "locked-out") throw lockedOut(result.retryAfterSeconds, this.#parts.limits().loginFailures);
    if (result.outcome === "wrong")
      throw new AppError("forbidden", "old_password is not the present password", { key: "old_password" });
  }

  #refuseWeak(password: string, user: string): void {
    if (this.#parts.isPasswordAllowed(password, user)) return;
    throw new AppError("bad-request", `password is too weak: ${PASSWORD_RULE}`, {
      key: "password",
      errorCode: "INVALID_VALUE",
    });
  }

  #known(name: string): StoredUser {
    const user = this.#parts.users.find(name.normalize("NFC"));
    if (user === undefined) throw new AppError("not-found", "There is no user of this name");
    return user;
  }
}

/** A user as shown; `permissions` are all that the user has. Times are Unix milliseconds. */
export function describeUser(user: StoredUser): Json {
  return {
    name: user.name,
    role: user.role,
    permissions: listed(userRights(user)),
    extra_permissions: user.extraPermissions,
    onvif: user.onvif,
    must_change_password: user.mustChangePassword,
    created: user.createdMs,
    changed: user.changedMs,
  };
}

function demand({ permissions }: Identity, permission: Permission): void {
  if (!permissions.has(permission))
    throw new AppError("forbidden", `This needs the permission ${permission}`, { permission });
}

/** What a token made of users would be bound neither by its rights nor by its end: a user made or made anew by it could log in for ever. */
function refuseToken({ login }: Identity): void {
  if (login?.way !== "token") return;
  throw new AppError("forbidden", "A token changes no users; log in with name and password");
}

function refuseGrant({ permissions }: Identity, granted: ReadonlySet<Permission>): void {
  const permission = lackedBy(permissions, granted);
  if (permission === undefined) return;
  throw new AppError("forbidden", `Nobody grants what they do not hold: ${permission}`, { permission });
}

function refuseMoreRights({ permissions }: Identity, target: StoredUser): void {
  const permission = lackedBy(permissions, userRights(target));
  if (permission === undefined) return;
  throw new AppError("forbidden", `Nobody changes a user who holds more: ${permission}`, { permission });
}

function actorOf({ identity, address }: UserCaller): Actor {
  return { user: identity.user, address };
}

function invalid(key: string, predicate: string): AppError {
  return new AppError("bad-request", `${key} ${predicate}`, { key, errorCode: "INVALID_VALUE" });
}
