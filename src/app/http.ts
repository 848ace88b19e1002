import { hostname } from "node:os";
import { systemScheduler } from "../core/scheduler.ts";
import { createHttpApp } from "../http/app.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp, listenHttps } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import type { Features, OpenPorts } from "./features.ts";
import { digestAlgorithms, type Foundation } from "./foundation.ts";
import type { Tls } from "./tls.ts";

/** HTTP as it listens. */
export interface RunningHttp {
  readonly plain: HttpListener;
  /** Serves HTTPS too, with the certificate that is open, and notes its port. Throws AppError `unavailable` when that cannot be had. */
  listenSecure(): Promise<HttpListener>;
  stop(): Promise<void>;
}

/** Serves HTTP, and notes its port. Throws AppError `unavailable` when it cannot be had. */
export async function startHttp(
  { config, clock, crypto, log, authenticator }: Foundation,
  tls: Tls,
  { routes, observe }: Features,
  ports: OpenPorts,
): Promise<RunningHttp> {
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
      get selfLoginDigests() {
        return digestAlgorithms(config);
      },
    },
    hosts: {
      get hosts() {
        return [hostname(), `${hostname()}.local`, ...config.server.hosts, ...tls.hostNames()];
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
    transport: () => ({
      requireTls: config.server.requireTls,
      httpsRedirect: config.server.httpsRedirect,
      hsts: config.server.hsts && tls.mayInsist(),
      httpsPort: ports.https,
    }),
    routes,
    observe,
  };
  const app = createHttpApp(services);
  const addresses = config.server.listen;
  const plain = await listenHttp({
    addresses,
    port: config.server.httpPort,
    app,
  });
  ports.http = plain.port;
  const listeners: HttpListener[] = [plain];
  return {
    plain,
    async listenSecure() {
      const secure = await listenHttps({
        addresses,
        port: config.server.httpsPort,
        tls: tls.current(),
        app,
      });
      listeners.push(secure);
      ports.https = secure.port;
      tls.follow(secure);
      return secure;
    },
    stop: async () => void (await Promise.all(listeners.map((listener) => listener.stop()))),
  };
}
