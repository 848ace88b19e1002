import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Authenticator, Identity } from "../../identity/authenticator.ts";
import { lockedOut } from "../../identity/login-failures.ts";
import { listed } from "../../identity/permissions.ts";
import type { AuditLog } from "../../storage/audit-log.ts";
import type { TokenStore } from "../../storage/token-store.ts";
import type { UserStore } from "../../storage/user-store.ts";
import type { RightsChanges } from "./rights-changes.ts";

/** A browser logs in again at least so often. */
const SESSION_MS = 12 * 3600_000;

/** Somebody who wants to log in. */
export interface LoginAttempt {
  readonly user: string;
  readonly password: string;
  readonly address: string;
  readonly isSecure: boolean;
}

/** A login that succeeded. */
export interface LoggedIn {
  /** To be set as the session cookie. */
  readonly cookie: string;
  readonly answer: Json;
}

/** What logging in and out is built over. */
export interface SessionServiceParts {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly users: UserStore;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  readonly changes: RightsChanges;
  readonly rules: () => {
    /** Seconds that the token of a login lives. */
    readonly tokenLifetime: number;
  };
  /** Failed logins allowed in 5 minutes, named in the answer to a locked login. */
  readonly limits: () => { readonly loginFailures: number };
}

/** Logging in and out, and who one is. */
export class SessionService {
  readonly #parts: SessionServiceParts;

  constructor(parts: SessionServiceParts) {
    this.#parts = parts;
  }

  /** Throws AppError `unauthenticated`, `locked-out`, `unavailable` when too many log in. */
  async logIn(attempt: LoginAttempt): Promise<LoggedIn> {
    const { authenticator, clock, limits, rules, tokens } = this.#parts;
    const result = await authenticator.authenticatePassword(attempt);
    if (result.outcome === "locked-out") throw lockedOut(result.retryAfterSeconds, limits().loginFailures);
    if (result.outcome === "rejected" || result.identity.user === undefined)
      throw new AppError("unauthenticated", "The user name or password is not valid");

    const { user, permissions } = result.identity;
    const nowMs = Math.trunc(clock.wallMs());
    const tokenMs = nowMs + rules().tokenLifetime * 1000;
    const { token, session } = tokens.addLogin(user, { tokenMs, sessionMs: nowMs + SESSION_MS });
    return {
      cookie: session.secret,
      answer: {
        token: token.secret,
        expires: tokenMs,
        user,
        permissions: listed(permissions),
        ...this.#ofUser(user),
      },
    };
  }

  /** Ends the caller's login, or with `all` every login of the user. Throws AppError `forbidden` for named tokens, which act for somebody else. */
  logOut({ user, login }: Identity, address: string, all: boolean): Json {
    const { audit, changes, tokens } = this.#parts;
    if (user === undefined) throw new AppError("unauthenticated", "This needs a login");
    if (login?.way === "token")
      throw new AppError("forbidden", "A token ends no logins; revoke the token itself with DELETE /api/tokens/{id}");
    const loginId = login?.id === undefined ? undefined : tokens.find(login.id)?.loginId;
    let ended = 0;
    if (all) ended = tokens.endLogins(user);
    else if (loginId !== undefined) ended = tokens.endLogin(user, loginId);
    audit.record({ user, address }, "logout", user, { ended });
    if (ended > 0) changes.notify();
    return { ended };
  }

  describe({ user, permissions, login }: Identity): Json {
    return {
      user: user ?? null,
      permissions: listed(permissions),
      way: login?.way ?? null,
      expires: login?.expiresMs ?? null,
      ...this.#ofUser(user),
    };
  }

  #ofUser(name: string | undefined) {
    const user = name === undefined ? undefined : this.#parts.users.find(name);
    return { role: user?.role ?? null, must_change_password: user?.mustChangePassword ?? false };
  }
}
