import { Elysia } from "elysia";
import { AppError } from "../core/errors.ts";
import { createExchange, type HttpServer, type HttpServices, type Served } from "./exchange.ts";
import type { Method, Route } from "./route.ts";

/** Length of `https://`. */
const HTTPS_PREFIX = 8;
/** Elysia 1.4.30 with `standardHostname`: where it begins to look for the path. */
const ELYSIA_PATH_FROM = 11;

/** The HTTP front behind every listener. */
export interface HttpApp {
  /** Undefined: the request became a WebSocket of `server`, which it came in by. */
  readonly fetch: (request: Request, server: HttpServer) => Promise<Response | undefined>;
}

/** Builds it. */
export function createHttpApp(services: HttpServices): HttpApp {
  const exchange = createExchange(services);
  const servers = new WeakMap<Request, HttpServer>();
  // strictPath: a trailing slash is another path. standardHostname: Elysia looks for the path's slash from character 11 of the URL on, or 7
  // without it, which is the second slash of https://. Names that are shorter are lengthened.
  const app = new Elysia({ strictPath: true, handler: { standardHostname: true } });
  // One registration a path for all methods: each costs every start its time.
  const on = (path: string, servedAs: (method: string) => Served) =>
    app.route(
      "ALL",
      path,
      ({ request, params }) =>
        exchange(servedAs(request.method), { request, server: servers.get(request) ?? null, params }),
      {
        // Access is decided before the body is read, so Elysia must not read it.
        parse: "none",
      },
    );

  for (const [path, methods] of byPath(services.routes)) on(path, byMethod(path, methods));
  for (const path of ["/api/*", "/*"] as const) {
    const served = unknown(path);
    on(path, () => served);
  }
  app.compile();
  return {
    fetch(request, server) {
      servers.set(request, server);
      return app.fetch(withLongHost(request)) as Promise<Response | undefined>;
    },
  };
}

/** The WebSocket; its version is its name. */
const SOCKET_PATH = "/api/v1";

/** `https://pi/…` as `https://pi./…`: its path would begin before the place where Elysia looks for it. The `Host` header stays as it is. */
function withLongHost(request: Request): Request {
  const { url } = request;
  const slash = url.indexOf("/", HTTPS_PREFIX);
  if (slash === -1 || slash >= ELYSIA_PATH_FROM) return request;
  const value = `${url.slice(0, slash)}${".".repeat(ELYSIA_PATH_FROM - slash)}${url.slice(slash)}`;
  return Object.defineProperty(request, "url", { value });
}

/** The routes of each path; those below `/api/` stand a second time below `/api/v1/`. */
function byPath(routes: readonly Route[]): ReadonlyMap<Route["path"], ReadonlyMap<Method, Route>> {
  const paths = new Map<Route["path"], Map<Method, Route>>();
  for (const declared of routes) {
    const { path, method } = declared;
    for (const each of isApi(path) && path !== SOCKET_PATH ? [path, versioned(path)] : [path]) {
      paths.set(each, (paths.get(each) ?? new Map<Method, Route>()).set(method, declared));
    }
  }
  return paths;
}

/** What a path does with each method. HEAD is answered wherever GET is; Bun leaves the body out. */
function byMethod(path: Served["path"], methods: ReadonlyMap<Method, Route>): (method: string) => Served {
  const get = methods.get("GET");
  const known = new Map<string, Served>([...methods, ...(get === undefined ? [] : [["HEAD", get] as const])]);
  const allow = [...known.keys(), "OPTIONS"];
  known.set("OPTIONS", namesMethods(path, allow));
  const refused = refusesMethod(path, allow);
  return (method) => known.get(method) ?? refused;
}

function namesMethods(path: Served["path"], allow: readonly string[]): Served {
  return open(path, () => new Response(null, { status: 204, headers: { Allow: allow.join(", ") } }));
}

function refusesMethod(path: Served["path"], allow: readonly string[]): Served {
  return open(path, () => {
    throw new AppError("method-not-allowed", `This resource only knows ${allow.join(", ")}`, { allow });
  });
}

function unknown(path: Served["path"]): Served {
  return open(path, () => {
    throw new AppError("not-found", "There is no such resource");
  });
}

function open(path: Served["path"], answer: Served["answer"]): Served {
  return { path, access: "open", rate: isApi(path) ? "api" : "unlimited", answer };
}

function versioned(path: string): Route["path"] {
  return `/api/v1/${path.slice("/api/".length)}`;
}

function isApi(path: string): boolean {
  return path.startsWith("/api/");
}
