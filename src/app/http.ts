import { hostname } from "node:os";
import { systemScheduler } from "../core/scheduler.ts";
import { createHttpApp } from "../http/app.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp, listenHttps } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import type { Features, OpenPorts } from "./features.ts";
import { digestAlgorithms, type Foundation } from "./foundation.ts";
import type { Tls } from "./tls.ts";

/** HTTP and HTTPS as they listen. */
export interface RunningHttp {
  readonly plain: HttpListener;
  readonly secure: HttpListener;
  stop(): Promise<void>;
}

/** Serves HTTP and HTTPS, and notes their ports. Throws AppError `unavailable` when one cannot be had. */
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
  const addresses = config.server.listen;
  const secure = await listenHttps({
    addresses,
    port: config.server.httpsPort,
    tls: tls.current(),
    createApp: () => createHttpApp(services, true),
  });
  ports.https = secure.port;
  tls.follow(secure);
  try {
    const plain = await listenHttp({
      addresses,
      port: config.server.httpPort,
      createApp: () => createHttpApp(services),
    });
    ports.http = plain.port;
    return { plain, secure, stop: async () => void (await Promise.all([plain.stop(), secure.stop()])) };
  } catch (error) {
    await secure.stop();
    throw error;
  }
}
