import { Elysia } from "elysia";
import { AppError } from "../core/errors.ts";
import { createExchange, type HttpServices, type Served } from "./exchange.ts";
import type { Method, Route } from "./route.ts";
import { WEBSOCKET_OPTIONS } from "./upgrade.ts";

/** Builds the HTTP front: one instance for each listener, because a second server cannot upgrade another's WebSockets. */
export function createHttpApp(services: HttpServices) {
  const exchange = createExchange(services);
  // strictPath: a trailing slash is another path. Bun's system router would answer some requests past us.
  // standardHostname: Elysia would look for the path after 11 characters, which cuts it under short names such as http://pi/api/info.
  const app = new Elysia({
    strictPath: true,
    systemRouter: false,
    handler: { standardHostname: false },
    websocket: WEBSOCKET_OPTIONS,
  });
  const on = (method: string, path: string, served: Served) =>
    app.route(method, path, ({ request, server, params }) => exchange(served, { request, server, params }), {
      // Access is decided before the body is read, so Elysia must not read it.
      parse: "none",
    });

  for (const [path, methods] of byPath(services.routes)) {
    for (const [method, declared] of methods) on(method, path, declared);
    // Elysia answers HEAD wherever GET is.
    const allow = [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
    on("OPTIONS", path, namesMethods(path, allow));
    on("ALL", path, refusesMethod(path, allow));
  }
  on("ALL", "/api/*", unknown("/api/*"));
  on("ALL", "/*", unknown("/*"));
  return app;
}

/** The WebSocket; its version is its name. */
const SOCKET_PATH = "/api/v1";

/** The Elysia instance of one listener. */
export type HttpApp = ReturnType<typeof createHttpApp>;

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
