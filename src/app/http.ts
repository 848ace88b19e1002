import { hostname } from "node:os";
import { systemScheduler } from "../core/scheduler.ts";
import { createHttpApp } from "../http/app.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import type { Features } from "./features.ts";
import type { Foundation } from "./foundation.ts";

/** Serves HTTP. Throws AppError `unavailable` when the port cannot be had. */
export function startHttp(
  { config, clock, crypto, log, authenticator }: Foundation,
  { routes, observe }: Features,
): Promise<HttpListener> {
  const services = {
    clock,
    crypto,
    scheduler: systemScheduler,
    log: log.child("http"),
    access: {
      authenticator,
      nonces: createHttpNonces(crypto, clock),
      limits: createRequestLimits(clock, () => config.limits),
      get loginFailures() {
        return config.limits.loginFailures;
      },
    },
    hosts: {
      get hosts() {
        return [hostname(), `${hostname()}.local`, ...config.server.hosts];
      },
      get origins() {
        return config.server.corsOrigins;
      },
      get trustedProxies() {
        return config.server.trustedProxies;
      },
      get externalUrl() {
        return config.server.externalUrl;
      },
      demo: config.demo,
    },
    routes,
    observe,
  };
  return listenHttp({
    addresses: config.server.listen,
    port: config.server.httpPort,
    createApp: () => createHttpApp(services),
  });
}
