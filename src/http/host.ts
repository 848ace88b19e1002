import { isIP } from "node:net";
import { AppError } from "../core/errors.ts";
import type { Arrival } from "./arrival.ts";
import type { ErrorCode } from "./errors.ts";

/** What the configuration says about names. */
export interface HostRules {
  /** Names beside IP literals and `localhost` that callers may use, such as the host name, in any case. */
  readonly hosts: readonly string[];
  /** Foreign web origins that may change state, such as `https://dashboard.example`. */
  readonly origins: readonly string[];
  /** Networks (CIDR) of proxies that are believed about the client. */
  readonly trustedProxies: readonly string[];
  /** Where callers reach the device from outside; its host stands in URLs of answers. */
  readonly externalUrl: string | undefined;
  /** `--demo`: anonymous viewing is only for callers on this machine that did not come through a proxy. */
  readonly demo: boolean;
}

const MAX_PORT = 65_535;
const DEMO_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const PROXY_HEADER = /^(forwarded|x-forwarded-.+|via)$/;
const FOREIGN_SITES: ReadonlySet<string> = new Set(["cross-site", "same-site"]);
const STATE_CHANGING: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** The host that the client used, without its port and in lower case. Throws AppError `misdirected` unless it is one of ours: a foreign name is DNS rebinding. */
export function requestedHost({ authority }: Arrival, rules: HostRules): string {
  const [, host = "", port = "0"] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const literal = isIP(host.replace(/^\[(.+)\]$/, "$1")) !== 0;
  const ours = literal || host === "localhost" || rules.hosts.some((name) => name.toLowerCase() === host);
  if (ours && Number(port) <= MAX_PORT) return host;
  throw new AppError(
    "misdirected",
    "This device does not answer to that host name; add it to server.hosts to allow it",
    {
      key: "server.hosts",
    },
  );
}

/** Refuses what a foreign web page makes a browser send (auth.md "Browser origin"). Throws AppError `forbidden`. */
export function refuseForeignOrigin(request: Request, arrival: Arrival, rules: HostRules): void {
  const upgrades = request.headers.has("upgrade");
  if (!upgrades && !STATE_CHANGING.has(request.method)) return;
  // A page cannot make a browser add a Bearer token.
  if (/^\s*bearer\s/i.test(request.headers.get("authorization") ?? "")) return;

  const origin = request.headers.get("origin");
  if (origin !== null && rules.origins.includes(origin)) return;
  const foreign = origin !== null && origin !== ownOrigin(arrival);
  if (!foreign && !FOREIGN_SITES.has(request.headers.get("sec-fetch-site") ?? "")) return;
  throw new AppError("forbidden", "A web page of another origin may not change this device", {
    errorCode: "FOREIGN_ORIGIN" satisfies ErrorCode,
  });
}

/** Whether an anonymous caller may be more than a guest. */
export function trustsAnonymous(request: Request, host: string, rules: HostRules): boolean {
  if (!rules.demo) return true;
  return DEMO_HOSTS.has(host) && ![...request.headers.keys()].some((name) => PROXY_HEADER.test(name));
}

/** The host for URLs in answers. */
export function publicHost(host: string, rules: HostRules): string {
  return rules.externalUrl === undefined ? host : new URL(rules.externalUrl).hostname;
}

/** The origin for URLs in answers; the host was checked by `requestedHost`. */
export function publicOrigin(arrival: Arrival, rules: HostRules): string {
  const { scheme, authority } = arrival;
  return new URL(rules.externalUrl ?? `${scheme === "https" ? "https" : "http"}://${authority}`).origin;
}

function ownOrigin({ scheme, authority }: Arrival): string | undefined {
  return URL.parse(`${scheme}://${authority}`)?.origin;
}
