import type { Server } from "bun";
import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import { diskFailure } from "../core/disk-failure.ts";
import { AppError, defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type AccessRules, admit, offerLogin, selfLogin } from "./access.ts";
import { createArrivals } from "./arrival.ts";
import { readBody, validate } from "./body.ts";
import { allowOrigins } from "./cors.ts";
import { deprecationHeaders } from "./deprecation.ts";
import { errorEnvelope, successEnvelope } from "./envelope.ts";
import { defect, errorAnswer } from "./errors.ts";
import {
  type HostRules,
  publicHost,
  publicOrigin,
  refuseForeignOrigin,
  requestedHost,
  trustsAnonymous,
} from "./host.ts";
import { type Answer, type Method, Reply, type Route, Upgrade } from "./route.ts";
import { sessionCookieName } from "./session-cookie.ts";
import { checkTransport, type TransportRules } from "./transport.ts";
import { type SocketEvents, socketEvents } from "./upgrade.ts";

/** What the HTTP front is built over; shared by all listeners. */
export interface HttpServices {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly access: AccessRules;
  readonly hosts: HostRules;
  /** Asked at every request, because it may change. */
  readonly transport: () => TransportRules;
  readonly routes: readonly Route[];
  readonly observe?: RequestObserver;
}

/** Told of every answer: `path` is the pattern of the route, so there are few of them. */
export type RequestObserver = (method: string, path: string, status: number, seconds: number) => void;

/** A route, wherever it is mounted. */
export type Served = Pick<
  Route,
  | "path"
  | "access"
  | "rate"
  | "deprecated"
  | "offersLogin"
  | "takesUrlToken"
  | "carriesSecrets"
  | "params"
  | "query"
  | "body"
  | "bodyForm"
  | "maxBodyBytes"
  | "answer"
  | "refuse"
>;

/** The listener that a request came in by. */
export type HttpServer = Pick<Server<SocketEvents>, "port" | "upgrade" | "requestIP">;

/** A request and what is known about where it came in. */
export interface Incoming {
  readonly request: Request;
  readonly server: HttpServer | null;
  /** Elysia's, with null for escapes that are no UTF-8; the compiled executable leaves them out where the path has none. */
  readonly params: Readonly<Record<string, string | null>> | undefined;
}

const REQUEST_ID_BYTES = 8;

/** Headers of every answer that does not bring its own: nothing may be run, framed, sniffed or kept. */
const COMMON_HEADERS = Object.entries({
  "API-Version": "v1.2",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
});

/** The way of every request: host, origin, identity, limits, permission, query, body, answer. Undefined: it became a WebSocket. Never rejects. */
export function createExchange(
  services: HttpServices,
): (served: Served, incoming: Incoming) => Promise<Response | undefined> {
  const { access, clock, hosts, observe, scheduler } = services;
  const readArrival = createArrivals(() => hosts.trustedProxies);

  async function succeed(
    served: Served,
    { request, server, params }: Incoming,
    headers: Headers,
  ): Promise<Response | undefined> {
    const peer = server?.requestIP(request)?.address ?? "";
    const arrival = readArrival(request, peer);
    const isSecure = arrival.scheme === "https";
    const cookieName = sessionCookieName(isSecure, server?.port ?? 0);
    const host = requestedHost(arrival, hosts);
    const { carriesSecrets = false } = served;
    const transported = { request, arrival, peer, host, cookieName, carriesSecrets };
    const redirect = checkTransport(transported, services.transport(), headers);
    if (redirect !== undefined) return redirect;
    refuseForeignOrigin(request, arrival, hosts);
    const trusts = trustsAnonymous(request, host, hosts);
    const caller = { request, address: arrival.address, trustsAnonymous: trusts, isSecure, cookieName };
    const identity = await admit(served, caller, access, headers);

    const query = new URL(request.url).searchParams;
    const visit = {
      identity,
      host: publicHost(host, hosts),
      origin: publicOrigin(arrival, hosts),
      address: arrival.address,
      isSecure,
      cookieName,
      method: request.method as Method | "HEAD", // routes are mounted for no other
      headers: request.headers,
      params: checkedParams(served, params),
      query: served.query && validate(served.query, Object.fromEntries(query)),
      body: served.body && validate(served.body, await readBody(request, served, scheduler)),
      signal: request.signal,
      login: selfLogin(served, caller, access),
    };
    try {
      const answer = await served.answer(visit);
      if (!(answer instanceof Upgrade)) {
        return respond(answer, query, reads(request) && query.get("envelope") === "none", clock.wallMs());
      }
      if (server?.upgrade(request, { data: socketEvents(answer.handlers) })) return undefined;
      throw new AppError("bad-request", "The WebSocket handshake is not valid");
    } catch (error) {
      if (error instanceof AppError && error.kind === "unauthenticated") offerLogin(caller, access, false, headers);
      throw error;
    }
  }

  return async (served, incoming) => {
    const beganUs = clock.monotonicUs();
    const headers = new Headers(served.deprecated && deprecationHeaders(served.deprecated));
    const response = await succeed(served, incoming, headers).catch((thrown: unknown) =>
      failure(services, served, thrown, incoming.request, headers),
    );
    if (response === undefined) return undefined;
    for (const [name, value] of headers) response.headers.set(name, value);
    for (const [name, value] of COMMON_HEADERS) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    allowOrigins(incoming.request, response, hosts.origins);
    observe?.(incoming.request.method, served.path, response.status, (clock.monotonicUs() - beganUs) / 1e6);
    return response;
  };
}

/** The answer to what was thrown; of a defect the peer learns only the number under which the log has it. */
async function failure(
  { clock, crypto, log }: HttpServices,
  served: Served,
  thrown: unknown,
  { method }: Request,
  headers: Headers,
): Promise<Response> {
  const requestId = crypto.randomBytes(REQUEST_ID_BYTES).toHex();
  const failedDisk = diskFailure(thrown);
  const error = thrown instanceof AppError ? thrown : (failedDisk ?? defect(requestId));
  if (failedDisk !== undefined) log.error("the disk failed a request", { method, reason: failedDisk.message });
  if (error.kind === "internal")
    log.error("a request failed by our fault", { requestId, method, error: defectText(thrown) });
  const answer = errorAnswer(error, requestId);
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
  try {
    if (served.refuse !== undefined) return await served.refuse(error, requestId);
  } catch (defective) {
    log.error("a refusal could not be written", { requestId, method, error: defectText(defective) });
  }
  return Response.json(errorEnvelope(answer.members, clock.wallMs()), { status: answer.status });
}

function respond(answer: Exclude<Answer, Upgrade>, query: URLSearchParams, bare: boolean, wallMs: number): Response {
  if (answer instanceof Response) return answer;
  if (!(answer instanceof Reply)) return Response.json(bare ? answer : successEnvelope(answer, wallMs));
  const { data, status, nextCursor } = answer;
  const beside = nextCursor === undefined ? answer.beside : { ...answer.beside, next_cursor: nextCursor };
  const link = nextCursor === undefined ? {} : { Link: `<${nextPage(query, nextCursor)}>; rel="next"` };
  const headers = { ...answer.headers, ...link };
  return Response.json(bare ? data : successEnvelope(data, wallMs, beside), { status, headers });
}

/** Relative to the request, so that it holds under any name and behind any proxy; secrets are not repeated. */
function nextPage(query: URLSearchParams, cursor: string): string {
  const next = new URLSearchParams(query);
  next.delete("token");
  next.set("cursor", cursor);
  return `?${next}`;
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
