import type { Database } from "bun:sqlite";
import type { ChooseAdminPassword } from "../cli/serve.ts";
import { removeInitialPassword } from "../config/initial-password.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { createLoginFailures } from "../identity/login-failures.ts";
import { isAcceptablePassword, isStrongPassword } from "../identity/password-policy.ts";
import { createAuthenticator } from "../modules/session/authenticator.ts";
import { createLoginRecord } from "../modules/session/login-record.ts";
import { createPasswordCheck, type PasswordCheck } from "../modules/session/password-check.ts";
import { RightsChanges, watchRights } from "../modules/session/rights-changes.ts";
import { SessionService } from "../modules/session/service.ts";
import { createTokenCheck } from "../modules/session/token-check.ts";
import { createVerifiedCredentials } from "../modules/session/verified-credentials.ts";
import { TokenService } from "../modules/tokens/service.ts";
import { UserService } from "../modules/users/service.ts";
import type { AuditLog } from "../storage/audit-log.ts";
import type { EventLog } from "../storage/event-log.ts";
import { createPasswordHashing, type PasswordHashing } from "../storage/password-hashing.ts";
import type { SecretBox } from "../storage/secret-box.ts";
import { TokenStore } from "../storage/token-store.ts";
import { UserStore } from "../storage/user-store.ts";

/** Name of the administrator that the first start makes. */
const ADMINISTRATOR = "admin";

/** What identity is built over. */
export interface IdentityParts {
  readonly config: Pick<ServerConfig, "auth" | "server" | "limits" | "demo" | "loopbackOnly" | "dataFolder">;
  readonly database: Database;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly events: EventLog;
}

/** Users, tokens, logins and what decides about them. */
export interface RunningIdentity {
  readonly authenticator: Authenticator;
  /** For routes that ask for the password again. */
  readonly passwords: PasswordCheck;
  readonly sessions: SessionService;
  readonly users: UserService;
  readonly tokens: TokenService;
  /** Makes `admin` where there is no administrator yet; `choose` is asked for its password then only. Returns whether it was. */
  ensureAdministrator(choose: ChooseAdminPassword): Promise<boolean>;
  /** Resolves when there is an administrator; logins wait for it. */
  ready(): Promise<unknown>;
  stop(): void;
}

/** Builds it and watches the database for what `rotordream user` changes. */
export function startIdentity(parts: IdentityParts): RunningIdentity {
  const { config, database, box, clock, scheduler, crypto, audit, events } = parts;
  const { dataFolder } = config;
  const log = parts.log.child("login");
  const tokens = new TokenStore({ database, clock, crypto, audit });
  const users = new UserStore({ database, box, clock, crypto, audit, tokens });
  const hashing = createPasswordHashing();
  const changes = new RightsChanges(log);
  const record = createLoginRecord({ audit, events, clock, log });
  const failures = createLoginFailures(clock, () => config.limits.loginFailures);
  const verified = createVerifiedCredentials(crypto, clock);
  const passwords = createPasswordCheck({ users, hashing, failures, verified, record });
  const tokenCheck = createTokenCheck({ tokens, clock, log });
  const limits = () => config.limits;
  const rules = () => ({
    anonymous: config.auth.anonymous,
    requireTls: config.server.requireTls,
    tokenLifetime: config.auth.tokenLifetime,
  });
  const administrator = Promise.withResolvers<unknown>();
  administrator.promise.catch(() => {}); // whoever made it is told
  const ready = () => administrator.promise;
  const authenticator = createAuthenticator({
    ready,
    crypto,
    users,
    tokens: tokenCheck,
    passwords,
    record,
    changes,
    rules,
  });
  const stop = watchRights({
    database,
    scheduler,
    log,
    changes,
    removeEnded: () => tokenCheck.removeEnded(),
  });
  return {
    authenticator,
    passwords,
    sessions: new SessionService({ clock, authenticator, users, tokens, audit, changes, rules, limits }),
    users: new UserService({
      users,
      hashing,
      passwords,
      changes,
      // The demo's own password is a weak one, and nobody else can reach it.
      isPasswordAllowed: config.demo && config.loopbackOnly ? isAcceptablePassword : isStrongPassword,
      onPasswordGone: (user) => user === ADMINISTRATOR && removeInitialPassword(dataFolder),
      limits,
    }),
    tokens: new TokenService({ users, tokens, changes, clock }),
    ensureAdministrator(choose) {
      const made = ensureAdministrator({ users, hashing, dataFolder }, choose);
      administrator.resolve(made);
      return made;
    },
    ready,
    stop,
  };
}

async function ensureAdministrator(
  { users, hashing, dataFolder }: { users: UserStore; hashing: PasswordHashing; dataFolder: string },
  choose: ChooseAdminPassword,
): Promise<boolean> {
  if (users.hasAdministrator()) {
    // A start after a change whose end was cut off.
    if (!users.find(ADMINISTRATOR)?.mustChangePassword) removeInitialPassword(dataFolder);
    return false;
  }
  const { password: text, mustChange } = choose();
  const password = { text, hash: await hashing.hash(text), mustChange };
  const actor = { user: undefined, address: "local" };
  const rights = { role: "administrator", extraPermissions: [], onvif: true, password } as const;
  if (users.find(ADMINISTRATOR) === undefined) users.add(actor, { name: ADMINISTRATOR, ...rights });
  else users.change(actor, ADMINISTRATOR, rights);
  return true;
}
