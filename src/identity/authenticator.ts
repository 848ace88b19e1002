import type { Permission } from "./permissions.ts";

/** Who a request comes from. */
export interface Identity {
  /** Undefined: anonymous. */
  readonly user: string | undefined;
  readonly permissions: ReadonlySet<Permission>;
  /** How the caller logged in; undefined: anonymous. */
  readonly login?: Login;
}

/** The way a caller proved who it is. */
export interface Login {
  /** `session`: a browser's cookie or the token that `POST /api/login` gave; `token`: one with a name, made to be kept. */
  readonly way: "password" | "token" | "session";
  /** Of the token or session, to end it; undefined for passwords. */
  readonly id: string | undefined;
  /** Which password was given; the login ends with it. Undefined for tokens and sessions. */
  readonly passwordRevision: number | undefined;
  /** Unix milliseconds at which the token or session ends; undefined: never. */
  readonly expiresMs: number | undefined;
}

/** Issues and checks Digest nonces. HTTP shares one store (5 min); every RTSP connection has its own. */
export interface NonceStore {
  /** A fresh nonce, base64url. */
  issue(): string;
  /** "stale": unknown, expired, or `nc` already used; `nc` undefined is the RFC 2069 form, "unsupported" where this store refuses that form. */
  use(nonce: string, nc: number | undefined): "fresh" | "stale" | "unsupported";
}

/** What a front knows about a caller. */
export interface AuthenticationRequest {
  /** The Authorization header as it came. */
  readonly authorization: string | undefined;
  /** `?token=`, where the front accepts it. */
  readonly token: string | undefined;
  /** The session cookie's value; an ended one counts as none. */
  readonly cookie?: string | undefined;
  /** Whether the connection is encrypted: Basic and tokens are refused over others where `require_tls` is set. */
  readonly isSecure: boolean;
  /** Request method, part of Digest's A2. */
  readonly method: string;
  /** Whether the `uri` of a Digest response names this request; each front has its own forms. */
  readonly acceptsUri: (uri: string) => boolean;
  readonly nonces: NonceStore;
  /** Peer address, for limits. */
  readonly address: string;
  /** False: anonymous access is taken as `guest` (`?auth=required`, a proxied demo request). */
  readonly allowAnonymous: boolean;
}

/** What became of the credentials. */
export type AuthenticationResult =
  | { readonly outcome: "identified"; readonly identity: Identity }
  /** No or wrong credentials; `stale` for a correct hash over a used nonce, `presented` when credentials were there. */
  | { readonly outcome: "rejected"; readonly stale: boolean; readonly presented: boolean }
  | { readonly outcome: "locked-out"; readonly retryAfterSeconds: number };

/** A login by name and password outside an `Authorization` header: a form, a WebSocket message. */
export interface PasswordLogin {
  readonly user: string;
  readonly password: string;
  /** Peer address, for limits. */
  readonly address: string;
  readonly isSecure: boolean;
}

/** A proof of a password that a front checks itself, such as a WS-UsernameToken. */
export interface PasswordProof {
  readonly user: string;
  /** Peer address, for limits. */
  readonly address: string;
  /** Whether this is the password that was proven. */
  proves(password: string): boolean;
  /** Asked of right proofs only: false for those that were used before or are too old. */
  isFresh(): boolean;
}

/** What fronts ask about callers. */
export interface Authenticator {
  /** No credentials at all is "identified" as the anonymous identity. */
  authenticate(request: AuthenticationRequest): Promise<AuthenticationResult>;
  /** Checks a name and a password; counts as any other login. */
  authenticatePassword(login: PasswordLogin): Promise<AuthenticationResult>;
  /** Checks a proof against the password that is kept for users with ONVIF on; counts as any other login. */
  authenticateProof(proof: PasswordProof): AuthenticationResult;
  /** The caller's rights now; undefined when the login ended (revoked, expired, password changed, user gone). Anonymous callers stay. */
  refresh(identity: Identity): Identity | undefined;
  /** A sign of life on a connection that stays open: keeps a browser's session from idling out. */
  noteUse(identity: Identity): void;
  /** Calls `listener` after logins ended or rights shrank; fronts then `refresh` whomever they serve. Returns how to stop that. */
  onRightsChanged(listener: () => void): () => void;
  /** Text of each challenge, Digest ones first and sharing realm and nonce. `algorithms` in the order to offer; Basic follows where the connection allows it. */
  challenges(
    nonces: NonceStore,
    algorithms: readonly ("SHA-256" | "MD5")[],
    stale: boolean,
    isSecure: boolean,
  ): readonly string[];
}
