import { AppError } from "../core/errors.ts";
import type { AuthenticationResult, Authenticator, Identity, NonceStore } from "../identity/authenticator.ts";
import { parseAuthorization } from "../identity/credentials.ts";
import { lockedOut } from "../identity/login-failures.ts";
import type { Permission } from "../identity/permissions.ts";
import type { RateState, RequestLimits } from "./limits.ts";
import type { Route, SelfLogin } from "./route.ts";
import { requestedCookie } from "./session-cookie.ts";

/** What a declaration says about who may use it. */
type Guarded = Pick<Route, "access" | "rate" | "offersLogin" | "takesUrlToken">;

/** What decides about callers. */
export interface AccessRules {
  readonly authenticator: Authenticator;
  /** Shared by all HTTP listeners. */
  readonly nonces: NonceStore;
  readonly limits: RequestLimits;
  /** Failed logins allowed in 5 minutes, named in the answer to a locked login. */
  readonly loginFailures: number;
  /** What routes of access `self` offer, in this order; many of their clients know MD5 alone. */
  readonly selfLoginDigests: readonly ("SHA-256" | "MD5")[];
}

/** A request as far as letting it in goes. */
export interface Caller {
  readonly request: Request;
  readonly address: string;
  /** False: anonymous is `guest`. */
  readonly trustsAnonymous: boolean;
  readonly isSecure: boolean;
  readonly cookieName: string;
}

/** Offered in this order (RFC 7616 §3.7: strongest first); Basic follows. */
const HTTP_DIGESTS = ["SHA-256", "MD5"] as const;
const NOBODY: Identity = { user: undefined, permissions: new Set() };
/** Only paths and queries matter here; Bun leaves a URL relative where the `Host` is strange. */
const BASE = "http://localhost";

/**
 * Decides who calls and whether they may, before the body is read. Headers that belong to every outcome are set on `headers`.
 * Throws AppError `unauthenticated`, `locked-out`, `rate-limited`, `forbidden`.
 */
export async function admit(route: Guarded, caller: Caller, rules: AccessRules, headers: Headers): Promise<Identity> {
  if (route.access === "self") return admitUnseen(route, caller, rules, headers);
  refuseClaimed(route, caller, rules, headers);
  const result = await authenticate(route, caller, rules);
  const identity = result.outcome === "identified" ? result.identity : undefined;
  const rate = rules.limits.take(route.rate, identity ?? { user: undefined }, caller.address);
  if (rate !== undefined) describeRate(rate, headers);
  if (result.outcome === "locked-out") throw lockedOut(result.retryAfterSeconds, rules.loginFailures);
  if (rate?.refusal !== undefined) throw rate.refusal;

  const challenge = (stale: boolean) => offerLogin(caller, rules, stale, headers);
  if (identity === undefined) {
    challenge(result.outcome === "rejected" && result.stale);
    throw new AppError("unauthenticated", "The user name, password or token is not valid");
  }
  if (identity.user === undefined && (needsLogin(identity, route) || demandsLogin(caller.request))) {
    challenge(false);
    throw new AppError("unauthenticated", "This needs a login");
  }
  const permission = lackedPermission(identity, route);
  if (permission !== undefined) {
    throw new AppError("forbidden", `This needs the permission ${permission}`, { permission });
  }
  if (identity.user === undefined && route.offersLogin) challenge(false);
  return identity;
}

/** Counts by the address alone; who calls is for the route to find out. */
function admitUnseen({ rate }: Guarded, { address }: Caller, { limits }: AccessRules, headers: Headers): Identity {
  const state = limits.take(rate, { user: undefined }, address);
  if (state !== undefined) describeRate(state, headers);
  if (state?.refusal !== undefined) throw state.refusal;
  return NOBODY;
}

/** What a route that lets callers in by itself is given. */
export function selfLogin(route: Guarded, caller: Caller, rules: AccessRules): SelfLogin {
  const { authenticator, nonces } = rules;
  const { address, isSecure } = caller;
  return {
    byHeader: () => authenticate(route, caller, rules),
    byProof: ({ user, proves, isFresh }) => authenticator.authenticateProof({ user, address, proves, isFresh }),
    digestChallenge: (stale) => {
      const algorithms = rules.selfLoginDigests;
      return authenticator.challenges(nonces, algorithms, stale, isSecure).slice(0, algorithms.length).join(", ");
    },
  };
}

/** A user over the limit is refused by the name alone: checking a password is the dearest thing a request can ask for. */
function refuseClaimed({ rate }: Guarded, { request }: Caller, { limits }: AccessRules, headers: Headers): void {
  const header = request.headers.get("authorization");
  const claimed = header === null ? undefined : parseAuthorization(header);
  if (claimed === undefined || claimed.scheme === "bearer") return;
  const state = limits.look(rate, claimed.user.normalize("NFC"));
  if (state?.refusal === undefined) return;
  describeRate(state, headers);
  throw state.refusal;
}

function authenticate(
  { rate, takesUrlToken }: Guarded,
  caller: Caller,
  { authenticator, nonces }: AccessRules,
): Promise<AuthenticationResult> {
  const { request, address, trustsAnonymous, isSecure, cookieName } = caller;
  return authenticator.authenticate({
    authorization: request.headers.get("authorization") ?? undefined,
    // Image elements and old players cannot send headers; elsewhere a token in a URL only leaks.
    token: rate === "media" || takesUrlToken ? (queryOf(request)?.get("token") ?? undefined) : undefined,
    cookie: requestedCookie(request, cookieName),
    isSecure,
    method: request.method,
    acceptsUri: (uri) => namesTarget(uri, request),
    nonces,
    address,
    allowAnonymous: trustsAnonymous,
  });
}

/** Whether a Digest `uri` is the request target. Bun normalises the target (quotes, dots), so both sides are. */
function namesTarget(uri: string, request: Request): boolean {
  const target = URL.parse(request.url, BASE);
  const named = URL.parse(uri.startsWith("/") ? BASE + uri : uri);
  return target !== null && target.pathname + target.search === (named && named.pathname + named.search);
}

function needsLogin(identity: Identity, route: Guarded): boolean {
  return route.access === "login" || lackedPermission(identity, route) !== undefined;
}

function lackedPermission(identity: Identity, { access }: Guarded): Permission | undefined {
  if (access === "open" || access === "login" || access === "self") return undefined;
  const enough: readonly Permission[] = typeof access === "string" ? [access] : access;
  return enough.some((permission) => identity.permissions.has(permission)) ? undefined : enough[0];
}

/** `?auth=required`: lets clients that wait for a challenge log in on routes that are open to anyone. */
function demandsLogin(request: Request): boolean {
  return queryOf(request)?.get("auth") === "required";
}

function queryOf(request: Request): URLSearchParams | undefined {
  return URL.parse(request.url, BASE)?.searchParams;
}

/** Adds the challenges: one merged header line, because Bun merges them anyway. Our page draws its own login, so the browser's box must not pop up over it. */
export function offerLogin(
  { request, cookieName, isSecure }: Caller,
  { authenticator, nonces }: AccessRules,
  stale: boolean,
  headers: Headers,
): void {
  if (request.headers.get("x-requested-with")?.toLowerCase() === "rotordream") return;
  if (requestedCookie(request, cookieName) !== undefined) return;
  headers.set("WWW-Authenticate", authenticator.challenges(nonces, HTTP_DIGESTS, stale, isSecure).join(", "));
}

function describeRate(rate: RateState, headers: Headers): void {
  headers.set("X-RateLimit-Limit", String(rate.limit));
  headers.set("X-RateLimit-Remaining", String(rate.remaining));
  headers.set("X-RateLimit-Reset", String(rate.resetSeconds));
}
