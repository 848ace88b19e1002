import { AppError } from "../core/errors.ts";
import type { Arrival } from "./arrival.ts";
import type { ErrorCode } from "./errors.ts";
import { requestedCookie } from "./session-cookie.ts";

/** What the configuration says about plain HTTP beside HTTPS. */
export interface TransportRules {
  /** Plain HTTP takes no secret that whoever overhears it could use: Basic, tokens, sessions. Digest is none. */
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

/** Headers that depend on the transport. */
export function transportHeaders({ scheme }: Arrival, { hsts }: TransportRules): Readonly<Record<string, string>> {
  return hsts && scheme === "https" ? { "Strict-Transport-Security": HSTS } : {};
}

/**
 * The answer to a plain request where `https_redirect` is on: the same URL over TLS. Undefined: serve it. Health checks are served, and callers on
 * this machine: nobody overhears them, and a proxy there that ends TLS itself would be sent in a circle.
 */
export function redirectToTls(transported: Transported, rules: TransportRules): Response | undefined {
  const { request, arrival, peer, host } = transported;
  if (!rules.httpsRedirect || arrival.scheme === "https" || LOOPBACK.test(peer)) return undefined;
  const { pathname, search } = new URL(request.url, BASE);
  if (HEALTH.test(pathname)) return undefined;
  const location = `${origin(host, rules.httpsPort)}${pathname}${search}`;
  return new Response(null, { status: PERMANENT_REDIRECT, headers: { Location: location } });
}

/** Where `require_tls` is on, refuses secrets that came over plain HTTP; a session's cookie is taken away by `headers`. Passwords are the authenticator's to refuse. Throws AppError `forbidden`. */
export function refusePlainSecrets(transported: Transported, rules: TransportRules, headers: Headers): void {
  const { request, arrival, host, cookieName } = transported;
  if (!rules.requireTls || arrival.scheme === "https") return;
  const { searchParams } = new URL(request.url, BASE);
  const hasCookie = requestedCookie(request, cookieName) !== undefined;
  const isBearer = /^\s*bearer\s/i.test(request.headers.get("authorization") ?? "");
  if (!hasCookie && !isBearer && !searchParams.has("token")) return;
  if (hasCookie) headers.set("Set-Cookie", `${cookieName}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`);
  throw new AppError(
    "forbidden",
    `Tokens and sessions are taken over TLS only: use ${origin(host, rules.httpsPort)}/`,
    {
      errorCode: "TLS_REQUIRED" satisfies ErrorCode,
    },
  );
}

function origin(host: string, port: number): string {
  return `https://${host}${port === STANDARD_PORT ? "" : `:${port}`}`;
}
