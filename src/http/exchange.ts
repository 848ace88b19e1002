import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import { AppError, defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { type AccessRules, admit } from "./access.ts";
import { createArrivals } from "./arrival.ts";
import { readBody, validate } from "./body.ts";
import { errorEnvelope, successEnvelope } from "./envelope.ts";
import { defect, errorAnswer } from "./errors.ts";
import { type HostRules, publicHost, refuseForeignOrigin, requestedHost, trustsAnonymous } from "./host.ts";
import { type Answer, Reply, type Route } from "./route.ts";
import { sessionCookieName } from "./session-cookie.ts";
import { redirectToTls, refusePlainSecrets, type TransportRules, transportHeaders } from "./transport.ts";

/** What the HTTP front is built over; shared by all listeners. */
export interface HttpServices {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly access: AccessRules;
  readonly hosts: HostRules;
  /** Asked at every request, because it may change. */
  readonly transport: () => TransportRules;
  readonly routes: readonly Route[];
}

/** A route, wherever it is mounted. */
export type Served = Pick<
  Route,
  "access" | "rate" | "offersLogin" | "params" | "query" | "body" | "bodyForm" | "maxBodyBytes" | "answer"
>;

/** A request and what is known about where it came in. */
export interface Incoming {
  readonly request: Request;
  readonly server: {
    readonly port?: number | undefined;
    requestIP(request: Request): { readonly address: string } | null;
  } | null;
  /** Elysia's, with null for escapes that are no UTF-8; the compiled executable leaves them out where the path has none. */
  readonly params: Readonly<Record<string, string | null>> | undefined;
}

const REQUEST_ID_BYTES = 8;

/** Headers of every answer. Nothing here is a page, so nothing may be run, framed, sniffed or kept. */
const COMMON_HEADERS = {
  "API-Version": "v1.2",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** The way of every request: host, origin, identity, limits, permission, query, body, answer. Never rejects. */
export function createExchange(services: HttpServices): (served: Served, incoming: Incoming) => Promise<Response> {
  const { access, clock, crypto, hosts, log } = services;
  const readArrival = createArrivals(hosts.trustedProxies);

  async function succeed(served: Served, { request, server, params }: Incoming, headers: Headers): Promise<Response> {
    const peer = server?.requestIP(request)?.address ?? "";
    const arrival = readArrival(request, peer);
    const isSecure = arrival.scheme === "https";
    const cookieName = sessionCookieName(isSecure, server?.port ?? 0);
    const rules = services.transport();
    for (const [name, value] of Object.entries(transportHeaders(arrival, rules))) headers.set(name, value);
    const host = requestedHost(arrival, hosts);
    const redirect = redirectToTls({ request, arrival, peer, host, cookieName }, rules);
    if (redirect !== undefined) return redirect;
    refuseForeignOrigin(request, arrival, hosts);
    refusePlainSecrets({ request, arrival, peer, host, cookieName }, rules, headers);
    const trusts = trustsAnonymous(request, host, hosts);
    const caller = { request, address: arrival.address, trustsAnonymous: trusts, isSecure, cookieName };
    const identity = await admit(served, caller, access, headers);

    const query = new URL(request.url).searchParams;
    const answer = await served.answer({
      identity,
      host: publicHost(host, hosts),
      address: arrival.address,
      isSecure,
      cookieName,
      params: checkedParams(served, params),
      query: served.query && validate(served.query, Object.fromEntries(query)),
      body: served.body && validate(served.body, await readBody(request, served)),
    });
    return respond(answer, reads(request) && query.get("envelope") === "none", clock.wallMs());
  }

  function fail(thrown: unknown, { method }: Request, headers: Headers): Response {
    const requestId = crypto.randomBytes(REQUEST_ID_BYTES).toHex();
    const error = thrown instanceof AppError ? thrown : defect(requestId);
    if (error.kind === "internal")
      log.error("a request failed by our fault", { requestId, method, error: defectText(thrown) });
    const answer = errorAnswer(error, requestId);
    for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
    return Response.json(errorEnvelope(answer.members, clock.wallMs()), { status: answer.status });
  }

  return async (served, incoming) => {
    const headers = new Headers(COMMON_HEADERS);
    const response = await succeed(served, incoming, headers).catch((thrown: unknown) =>
      fail(thrown, incoming.request, headers),
    );
    for (const [name, value] of headers) response.headers.set(name, value);
    return response;
  };
}

function respond(answer: Answer, bare: boolean, wallMs: number): Response {
  if (answer instanceof Response) return answer;
  if (!(answer instanceof Reply)) return Response.json(bare ? answer : successEnvelope(answer, wallMs));
  const { data, beside, status, headers } = answer;
  return Response.json(bare ? data : successEnvelope(data, wallMs, beside), { status, headers });
}

function checkedParams({ params: schema }: Served, params: Incoming["params"]): unknown {
  const found = decoded(params);
  return schema === undefined ? found : validate(schema, found);
}

function decoded(params: Incoming["params"]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === null) throw new AppError("not-found", "There is no such resource");
    found[name] = value;
  }
  return found;
}

function reads({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}
