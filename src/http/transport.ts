import { AppError } from "../core/errors.ts";
import type { Arrival } from "./arrival.ts";
import type { ErrorCode } from "./errors.ts";
import { requestedCookie, sessionCookie } from "./session-cookie.ts";

/** What the configuration says about plain HTTP beside HTTPS. */
export interface TransportRules {
  /** Plain HTTP takes and gives no secret that whoever overhears it could use: Basic, tokens, sessions, routes that carry secrets. Digest is none. */
  readonly requireTls: boolean;
  /** Plain HTTP answers with the https URL. */
  readonly httpsRedirect: boolean;
  /** Browsers are told to come back over TLS only. */
  readonly hsts: boolean;
  /** The open port. */
  readonly httpsPort: number;
}

/** A request as far as its transport goes. */
export interface Transported {
  readonly request: Request;
  readonly arrival: Arrival;
  /** The address of the socket's other end. */
  readonly peer: string;
  /** The host that the client used; one of ours. */
  readonly host: string;
  readonly cookieName: string;
  /** As its route declares. */
  readonly carriesSecrets: boolean;
}

/** A year, as browsers' preload lists ask for at the least. */
const HSTS = "max-age=31536000";
const STANDARD_PORT = 443;
const PERMANENT_REDIRECT = 308;
/** Supervisors ask here, without following redirects or knowing certificates. */
const HEALTH = /^\/health(\/|$)/;
const LOOPBACK = /^(::ffff:)?127\.|^::1$/;
/** Bun leaves a URL relative where the `Host` is strange. */
const BASE = "http://localhost";

/**
 * What the transport decides before anything else: over TLS the `hsts` header is set on `headers`; plain requests may be answered with a redirect,
 * or refused for the secrets that they carry. Undefined: go on. Throws AppError `forbidden`.
 */
export function checkTransport(
  transported: Transported,
  rules: TransportRules,
  headers: Headers,
): Response | undefined {
  if (transported.arrival.scheme === "https") {
    if (rules.hsts) headers.set("Strict-Transport-Security", HSTS);
    return undefined;
  }
  if (rules.httpsRedirect) {
    const redirect = redirectToTls(transported, rules);
    if (redirect !== undefined) return redirect;
  }
  if (rules.requireTls) refuseSecrets(transported, rules, headers);
  return undefined;
}

/** The same URL over TLS. Undefined: health checks, and callers on this machine: nobody overhears them, and a proxy there that ends TLS itself would be sent in a circle. */
function redirectToTls({ request, peer, host }: Transported, rules: TransportRules): Response | undefined {
  if (LOOPBACK.test(peer)) return undefined;
  const { pathname, search } = new URL(request.url, BASE);
  if (HEALTH.test(pathname)) return undefined;
  const location = `${origin(host, rules.httpsPort)}${pathname}${search}`;
  return new Response(null, { status: PERMANENT_REDIRECT, headers: { Location: location } });
}

/** Basic is the authenticator's to refuse. A session's cookie is taken away, so that the next request is an anonymous one. */
function refuseSecrets(transported: Transported, rules: TransportRules, headers: Headers): void {
  const { request, host, cookieName, carriesSecrets } = transported;
  const { searchParams } = new URL(request.url, BASE);
  const hasCookie = requestedCookie(request, cookieName) !== undefined;
  const isBearer = /^\s*bearer\s/i.test(request.headers.get("authorization") ?? "");
  const hasLogin = hasCookie || isBearer || searchParams.has("token");
  if (!hasLogin && !carriesSecrets) return;
  if (hasCookie) headers.set("Set-Cookie", sessionCookie(cookieName, undefined));
  const what = hasLogin ? "Tokens and sessions are taken" : "Passwords, tokens, keys and backups travel";
  throw new AppError("forbidden", `${what} over TLS only: use ${origin(host, rules.httpsPort)}/`, {
    errorCode: "TLS_REQUIRED" satisfies ErrorCode,
  });
}

function origin(host: string, port: number): string {
  return `https://${host}${port === STANDARD_PORT ? "" : `:${port}`}`;
}
