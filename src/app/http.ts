import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import { createHttpApp } from "../http/app.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import { auditRoutes } from "../modules/audit/index.ts";
import { sessionRoutes } from "../modules/session/index.ts";
import { streamRoutes } from "../modules/stream/index.ts";
import { createStreamService } from "../modules/stream/service.ts";
import { createHostReadings } from "../modules/system/host-readings.ts";
import { systemRoutes } from "../modules/system/index.ts";
import { createSystemService } from "../modules/system/service.ts";
import { tokenRoutes } from "../modules/tokens/index.ts";
import { userRoutes } from "../modules/users/index.ts";
import { describeStream } from "../stream/describe-stream.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";
import type { RunningRtsp } from "./rtsp.ts";

/** Serves HTTP. Throws AppError `unavailable` when the port cannot be had. */
export async function startHttp(foundation: Foundation, live: LiveVideo, rtsp: RunningRtsp): Promise<HttpListener> {
  const { config, clock, crypto, log, authenticator, identity } = foundation;
  const streams = () => [streamStatus(foundation, live, rtsp, "main"), streamStatus(foundation, live, rtsp, "sub")];
  const ports = { http: 0, rtsp: rtsp.port };
  const system = createSystemService({
    clock,
    product: { name: PRODUCT, version, model: PRODUCT, serial: hostname(), hostname: hostname() },
    host: createHostReadings(clock, config.dataFolder),
    ports: () => ports,
    cameras: () => [live.camera.status()],
    streams,
    encodersFound: ["software"],
    warnings: () => config.warnings,
  });
  const streamService = createStreamService({ streams, snapshots: live.camera, rtspPort: () => rtsp.port });
  const services = {
    clock,
    crypto,
    log: log.child("http"),
    access: {
      authenticator,
      nonces: createHttpNonces(crypto, clock),
      limits: createRequestLimits(clock, config.limits),
      loginFailures: config.limits.loginFailures,
    },
    hosts: {
      hosts: [hostname(), `${hostname()}.local`, ...config.server.hosts],
      origins: config.server.corsOrigins,
      trustedProxies: config.server.trustedProxies,
      externalUrl: config.server.externalUrl,
      demo: config.demo,
    },
    routes: [
      ...systemRoutes(system),
      ...streamRoutes(streamService),
      ...sessionRoutes(identity.sessions),
      ...userRoutes(identity.users),
      ...tokenRoutes(identity.tokens),
      ...auditRoutes(foundation.audit),
    ],
  };
  const listener = await listenHttp({
    addresses: config.server.listen,
    port: config.server.httpPort,
    createApp: () => createHttpApp(services),
  });
  ports.http = listener.port;
  return listener;
}

function streamStatus(
  { clock }: Foundation,
  live: LiveVideo,
  { sessions }: RunningRtsp,
  which: "main" | "sub",
): StreamStatus {
  const stream = live[which];
  return describeStream({
    stream,
    which,
    config: live.camera[which],
    counters: live.camera.counters,
    viewers: {
      rtspTcp: sessions.count(stream, "tcp"),
      rtspUdp: sessions.count(stream, "udp"),
      rtspMulticast: sessions.count(stream, "multicast"),
    },
    nowUs: clock.monotonicUs(),
  });
}
