import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import { createHttpApp } from "../http/app.ts";
import { documentationRoutes } from "../http/documentation.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import { metricsRoutes } from "../modules/metrics/index.ts";
import { createMetrics, type PipelineCounters } from "../modules/metrics/service.ts";
import { streamRoutes } from "../modules/stream/index.ts";
import { createStreamService } from "../modules/stream/service.ts";
import { createHostReadings } from "../modules/system/host-readings.ts";
import { systemRoutes } from "../modules/system/index.ts";
import { createSystemService } from "../modules/system/service.ts";
import { describeStream } from "../stream/describe-stream.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import { type LiveVideo, STREAM_NAMES } from "./live-video.ts";
import type { RunningRtsp } from "./rtsp.ts";

/** Serves HTTP. Throws AppError `unavailable` when the port cannot be had. */
export async function startHttp(foundation: Foundation, live: LiveVideo, rtsp: RunningRtsp): Promise<HttpListener> {
  const { config, clock, crypto, log, authenticator } = foundation;
  const streams = () => [streamStatus(foundation, live, rtsp, "main"), streamStatus(foundation, live, rtsp, "sub")];
  const ports = { http: 0, rtsp: rtsp.port };
  const host = createHostReadings(clock, config.dataFolder);
  const system = createSystemService({
    clock,
    product: { name: PRODUCT, version, model: PRODUCT, serial: hostname(), hostname: hostname() },
    host,
    ports: () => ports,
    cameras: () => [live.camera.status()],
    streams,
    encodersFound: ["software"],
    warnings: () => config.warnings,
  });
  const streamService = createStreamService({ streams, snapshots: live.camera, rtspPort: () => rtsp.port });
  const metrics = createMetrics({
    version,
    startedMs: clock.wallMs(),
    cameras: () => [live.camera.status()],
    counters: () => [pipelineCounters(live)],
    streams,
    rtspSessions: () => rtsp.sessions.size,
    storage: () => host.storage(),
  });
  const stopCounting = foundation.events.subscribe(({ kind }) => metrics.countEvent(kind));
  const routes = [...systemRoutes(system), ...streamRoutes(streamService), ...metricsRoutes(metrics)];
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
    routes: [...routes, ...documentationRoutes(routes, { name: PRODUCT, version })],
    observe: metrics.observeRequest,
  };
  const listener = await listenHttp({
    addresses: config.server.listen,
    port: config.server.httpPort,
    createApp: () => createHttpApp(services),
  });
  ports.http = listener.port;
  return {
    ...listener,
    stop: async () => {
      await listener.stop();
      stopCounting();
      metrics.close();
    },
  };
}

function pipelineCounters({ camera }: LiveVideo): PipelineCounters {
  const { captured, corrupt, late, main, sub } = camera.counters;
  return {
    camera: camera.status().id,
    captured,
    corrupt,
    late,
    encoded: { [STREAM_NAMES.main]: main.encoded, [STREAM_NAMES.sub]: sub.encoded },
  };
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
