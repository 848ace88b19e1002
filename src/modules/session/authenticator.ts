import type { Crypto } from "../../core/crypto-port.ts";
import type {
  AuthenticationRequest,
  AuthenticationResult,
  Authenticator,
  Identity,
  PasswordProof,
} from "../../identity/authenticator.ts";
import { type DigestCredentials, parseAuthorization } from "../../identity/credentials.ts";
import {
  BASIC_CHALLENGE,
  type DigestSecrets,
  digestChallenge,
  digestResponse,
  digestSecrets,
  sameDigest,
} from "../../identity/digest.ts";
import { rightsOf } from "../../identity/permissions.ts";
import type { StoredToken } from "../../storage/token-store.ts";
import { type StoredUser, type UserStore, userRights } from "../../storage/user-store.ts";
import type { LoginRecord } from "./login-record.ts";
import type { PasswordCheck, PasswordResult } from "./password-check.ts";
import type { RightsChanges } from "./rights-changes.ts";
import type { TokenCheck } from "./token-check.ts";

/** What the configuration says about logins; asked anew for each, so that it may change while running. */
export interface LoginRules {
  /** The role of callers without credentials. */
  readonly anonymous: "guest" | "viewer";
  /** Whether passwords and tokens are taken over encrypted connections only. */
  readonly requireTls: boolean;
}

/** What an authenticator is built over. */
export interface AuthenticatorParts {
  readonly crypto: Crypto;
  readonly users: UserStore;
  readonly tokens: TokenCheck;
  readonly passwords: PasswordCheck;
  readonly record: LoginRecord;
  readonly changes: RightsChanges;
  readonly rules: () => LoginRules;
  /** Resolves when there are users to log in. */
  readonly ready: () => Promise<unknown>;
}

const REJECTED: AuthenticationResult = { outcome: "rejected", stale: false, presented: true };
const STALE: AuthenticationResult = { outcome: "rejected", stale: true, presented: true };

/** Authenticates callers of every protocol against the stores. Nothing about users is kept in memory, so changes by other processes count at once. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { users, tokens, passwords, changes, rules, ready } = parts;
  const login = new Logins(parts);
  return {
    async authenticate(request) {
      if (request.authorization !== undefined) {
        await ready();
        return login.byHeader(request, request.authorization);
      }
      if (request.token !== undefined) return login.byToken(request.token, request);
      return login.bySession(request) ?? { outcome: "identified", identity: login.anonymous(request.allowAnonymous) };
    },
    async authenticatePassword({ user, password, address, isSecure }) {
      if (!isSecure && rules().requireTls) return REJECTED;
      await ready();
      const result = await passwords.check(user, password, address);
      return login.identified(result, address, "login");
    },
    authenticateProof: (proof) => login.byProof(proof),
    refresh: (identity) => refreshed(identity, login, users, tokens),
    noteUse({ login: known }) {
      if (known?.way === "session" && known.id !== undefined) tokens.noteUse(known.id);
    },
    onRightsChanged: (listener) => changes.subscribe(listener),
    challenges(nonces, algorithms, stale, isSecure) {
      const nonce = nonces.issue();
      const digests = algorithms.map((algorithm) => digestChallenge(nonce, algorithm, stale));
      return !isSecure && rules().requireTls ? digests : [...digests, BASIC_CHALLENGE];
    },
  };
}

/** The ways to prove who one is. */
class Logins {
  readonly #parts: AuthenticatorParts;
  /** Names without a user are checked against these, so that they look the same as a wrong password. */
  readonly #nobody: DigestSecrets;
  readonly #nobodysPassword: string;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
    this.#nobodysPassword = parts.crypto.randomBytes(32).toHex();
    this.#nobody = digestSecrets(parts.crypto, "", this.#nobodysPassword);
  }

  anonymous(isTrusted: boolean): Identity {
    return { user: undefined, permissions: rightsOf(isTrusted ? this.#parts.rules().anonymous : "guest") };
  }

  async byHeader(request: AuthenticationRequest, header: string): Promise<AuthenticationResult> {
    const credentials = parseAuthorization(header);
    switch (credentials?.scheme) {
      case "basic": {
        if (this.#refusesSecrets(request)) return REJECTED;
        const { user, password } = credentials;
        const result = await this.#parts.passwords.check(user, password, request.address);
        return this.identified(result, request.address, "Basic");
      }
      case "digest":
        return this.#byDigest(credentials, request);
      case "bearer":
        return this.byToken(credentials.token, request);
      case undefined:
        return REJECTED;
    }
  }

  /** Guessing at 256 random bits is hopeless, so a wrong token is no failed login. */
  byToken(secret: string, request: AuthenticationRequest): AuthenticationResult {
    if (this.#refusesSecrets(request)) return REJECTED;
    const { address } = request;
    const token = this.#parts.tokens.open(secret, ["token", "login"]);
    const user = token && this.#parts.users.find(token.user);
    if (token === undefined || user === undefined) return REJECTED;
    if (token.kind === "token") this.#parts.record.succeeded({ user: user.name, address, way: `token ${token.name}` });
    return { outcome: "identified", identity: tokenIdentity(user, token) };
  }

  byProof({ user: name, address, proves, isFresh }: PasswordProof): AuthenticationResult {
    const { users, passwords } = this.#parts;
    const result = passwords.checkProof(name, address, (user) => {
      const password = user && users.onvifPassword(user.name);
      if (!proves(password ?? this.#nobodysPassword) || password === undefined) return "wrong";
      return isFresh() ? "right" : "void";
    });
    return result.outcome === "void" ? STALE : this.identified(result, address, "WS-UsernameToken");
  }

  /** Undefined: there is no cookie, or its session has ended, which counts as none. */
  bySession({ cookie }: AuthenticationRequest): AuthenticationResult | undefined {
    const token = cookie === undefined ? undefined : this.#parts.tokens.open(cookie, ["session"]);
    const user = token && this.#parts.users.find(token.user);
    return token && user && { outcome: "identified", identity: tokenIdentity(user, token) };
  }

  identified(
    result: PasswordResult,
    address: string,
    way: "Basic" | "Digest" | "WS-UsernameToken" | "login",
  ): AuthenticationResult {
    if (result.outcome === "locked-out") return result;
    if (result.outcome === "wrong") return REJECTED;
    const { user } = result;
    this.#parts.record.succeeded({ user: user.name, address, way });
    return { outcome: "identified", identity: passwordIdentity(user) };
  }

  /** Whoever overhears a password or a token has it. */
  #refusesSecrets({ isSecure }: AuthenticationRequest): boolean {
    return !isSecure && this.#parts.rules().requireTls;
  }

  #byDigest(sent: DigestCredentials, request: AuthenticationRequest): AuthenticationResult {
    const { crypto, users, passwords } = this.#parts;
    let isStale = false;
    const result = passwords.checkProof(sent.user, request.address, (user) => {
      const secrets = users.digestSecrets(user?.name ?? "") ?? this.#nobody;
      const expected = digestResponse(crypto, sent, secrets[sent.algorithm], request.method);
      if (!sameDigest(crypto, expected, sent.response) || !request.acceptsUri(sent.uri)) return "wrong";
      // Only a right hash uses the count up, and only it may learn that its nonce is stale.
      const use = request.nonces.use(sent.nonce, sent.counted && Number.parseInt(sent.counted.nc, 16));
      isStale = use === "stale";
      return use === "fresh" ? "right" : "void";
    });
    if (result.outcome === "void") return isStale ? STALE : REJECTED;
    return this.identified(result, request.address, "Digest");
  }
}

function refreshed(identity: Identity, logins: Logins, users: UserStore, tokens: TokenCheck): Identity | undefined {
  const { login } = identity;
  if (identity.user === undefined) {
    // Who was let in as a viewer may see no more than what anonymous callers may now; a guest stays one.
    const now = logins.anonymous(true).permissions;
    return { user: undefined, permissions: identity.permissions.intersection(now) };
  }
  const user = users.find(identity.user);
  if (user === undefined || login === undefined) return undefined;
  if (login.id === undefined)
    return user.passwordRevision === login.passwordRevision ? passwordIdentity(user) : undefined;
  const token = tokens.find(login.id);
  return token?.user === user.name ? tokenIdentity(user, token) : undefined;
}

function passwordIdentity(user: StoredUser): Identity {
  const { name, passwordRevision } = user;
  const login = { way: "password", id: undefined, expiresMs: undefined, passwordRevision } as const;
  return { user: name, permissions: userRights(user), login };
}

/** Rights are those of the user and of the token. */
function tokenIdentity(user: StoredUser, { id, kind, permissions, expiresMs }: StoredToken): Identity {
  const rights = userRights(user);
  return {
    user: user.name,
    permissions: permissions === undefined ? rights : rights.intersection(new Set(permissions)),
    login: { way: kind === "token" ? "token" : "session", id, expiresMs, passwordRevision: undefined },
  };
}
