import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import type { Log } from "../../core/log.ts";
import type {
  AuthenticationRequest,
  AuthenticationResult,
  Authenticator,
  Identity,
} from "../../identity/authenticator.ts";
import { type BasicCredentials, type DigestCredentials, parseAuthorization } from "../../identity/credentials.ts";
import {
  BASIC_CHALLENGE,
  type DigestSecrets,
  digestChallenge,
  digestResponse,
  digestSecrets,
  sameDigest,
} from "../../identity/digest.ts";
import { createLoginFailures, type LoginFailures } from "../../identity/login-failures.ts";
import { ROLE_PERMISSIONS, type Role } from "../../identity/permissions.ts";

/** What checking a login needs to know about a user. */
export interface Account {
  readonly identity: Identity;
  readonly digest: DigestSecrets;
  verifyPassword(password: string): Promise<boolean>;
}

/** Where users come from. */
export interface Accounts {
  find(user: string): Account | undefined;
}

/** What an authenticator is built over. */
export interface AuthenticatorOptions {
  readonly crypto: Crypto;
  readonly accounts: Accounts;
  readonly failures: LoginFailures;
  /** The role of callers without credentials. */
  readonly anonymous: "guest" | "viewer";
  readonly log: Log;
}

const ADMINISTRATOR = "admin";
const REJECTED: AuthenticationResult = { outcome: "rejected", stale: false, presented: true };
const STALE: AuthenticationResult = { outcome: "rejected", stale: true, presented: true };

/** Authenticates callers of every protocol against `accounts`: Basic and Digest, with one count of failed logins. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { crypto, accounts, failures, log } = options;
  const anonymous = identityOf(undefined, options.anonymous);
  const guest = identityOf(undefined, "guest");
  // Unknown users are checked against this one, so that they cost and look the same as a wrong password.
  const nobody = accountOf(crypto, guest, "", crypto.randomBytes(32).toHex());

  async function login(
    credentials: BasicCredentials | DigestCredentials,
    request: AuthenticationRequest,
  ): Promise<AuthenticationResult> {
    const { user } = credentials;
    const retryAfterSeconds = failures.retryAfterSeconds(request.address, user);
    if (retryAfterSeconds > 0) return { outcome: "locked-out", retryAfterSeconds };

    const found = accounts.find(user.normalize("NFC"));
    const account = found ?? nobody;
    const matches =
      credentials.scheme === "basic"
        ? await account.verifyPassword(credentials.password)
        : matchesDigest(crypto, credentials, account, request);
    if (!matches || found === undefined) {
      failures.failed(request.address, user);
      if (failures.retryAfterSeconds(request.address, user) > 0) {
        log.warn("too many failed logins; further ones are refused for a while", { address: request.address });
      }
      return REJECTED;
    }
    if (credentials.scheme === "digest") {
      const { nonce, counted } = credentials;
      const use = request.nonces.use(nonce, counted && Number.parseInt(counted.nc, 16));
      if (use !== "fresh") return use === "stale" ? STALE : REJECTED;
    }
    failures.succeeded(request.address, user);
    return { outcome: "identified", identity: found.identity };
  }

  return {
    async authenticate(request) {
      if (request.authorization === undefined && request.token === undefined) {
        return { outcome: "identified", identity: request.allowAnonymous ? anonymous : guest };
      }
      const credentials = request.authorization === undefined ? undefined : parseAuthorization(request.authorization);
      // No tokens exist yet. Guessing at 256 random bits is hopeless, so a wrong token is no failed login.
      if (credentials === undefined || credentials.scheme === "bearer") return REJECTED;
      return login(credentials, request);
    },
    authenticatePassword: ({ user, password, address, isSecure }) =>
      login(
        { scheme: "basic", user, password },
        {
          authorization: undefined,
          token: undefined,
          isSecure,
          method: "",
          acceptsUri: () => false,
          nonces: { issue: () => "", use: () => "unsupported" },
          address,
          allowAnonymous: false,
        },
      ),
    refresh: (identity) => identity,
    onRightsChanged: () => () => {},
    challenges(nonces, algorithms, stale) {
      const nonce = nonces.issue();
      return [...algorithms.map((algorithm) => digestChallenge(nonce, algorithm, stale)), BASIC_CHALLENGE];
    },
  };
}

/** Authenticates one user, `admin`, who may do everything. */
export function createAdministratorAuthenticator(options: {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly log: Log;
  readonly adminPassword: string;
  readonly anonymous: "guest" | "viewer";
  /** Failed logins allowed in 5 minutes for each address and user name; 0: no limit. */
  readonly loginFailures: number;
}): Authenticator {
  const { crypto, clock, log, adminPassword, anonymous, loginFailures } = options;
  const administrator = accountOf(crypto, identityOf(ADMINISTRATOR, "administrator"), ADMINISTRATOR, adminPassword);
  return createAuthenticator({
    crypto,
    log,
    anonymous,
    accounts: { find: (user) => (user === ADMINISTRATOR ? administrator : undefined) },
    failures: createLoginFailures(clock, loginFailures),
  });
}

function identityOf(user: string | undefined, role: Role): Identity {
  return { user, permissions: new Set(ROLE_PERMISSIONS[role]) };
}

/** An account that keeps hashes of a password given at start. */
function accountOf(crypto: Crypto, identity: Identity, user: string, password: string): Account {
  const digest = digestSecrets(crypto, user, password);
  return {
    identity,
    digest,
    verifyPassword: async (tried) =>
      sameDigest(crypto, digestSecrets(crypto, user, tried)["SHA-256"], digest["SHA-256"]),
  };
}

function matchesDigest(
  crypto: Crypto,
  sent: DigestCredentials,
  account: Account,
  request: AuthenticationRequest,
): boolean {
  const expected = digestResponse(crypto, sent, account.digest[sent.algorithm], request.method);
  return sameDigest(crypto, expected, sent.response) && request.acceptsUri(sent.uri);
}
