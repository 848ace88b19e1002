import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import { systemScheduler } from "../core/scheduler.ts";
import { createHttpApp } from "../http/app.ts";
import { documentationRoutes } from "../http/documentation.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import { eventRoutes } from "../modules/events/index.ts";
import { createBackups } from "../modules/maintenance/backup.ts";
import { maintenanceRoutes } from "../modules/maintenance/index.ts";
import { createPresetsPart } from "../modules/maintenance/presets-part.ts";
import { createMaintenanceService, type HostControl } from "../modules/maintenance/service.ts";
import { metricsRoutes } from "../modules/metrics/index.ts";
import { createMetrics, type PipelineCounters } from "../modules/metrics/service.ts";
import { streamRoutes } from "../modules/stream/index.ts";
import { createStreamService } from "../modules/stream/service.ts";
import { createClockReadings } from "../modules/system/clock-readings.ts";
import { createHostReadings, type HostReadings } from "../modules/system/host-readings.ts";
import { systemRoutes } from "../modules/system/index.ts";
import { createNetworkReadings } from "../modules/system/network-readings.ts";
import { createSystemService } from "../modules/system/service.ts";
import { describeStream } from "../stream/describe-stream.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import { type LiveVideo, STREAM_NAMES } from "./live-video.ts";
import type { RunningRtsp } from "./rtsp.ts";

/** Serves HTTP. Throws AppError `unavailable` when the port cannot be had. */
export async function startHttp(
  foundation: Foundation,
  live: LiveVideo,
  rtsp: RunningRtsp,
  host: HostControl,
): Promise<HttpListener> {
  const { config, clock, crypto, log, authenticator } = foundation;
  const streams = () => [streamStatus(foundation, live, rtsp, "main"), streamStatus(foundation, live, rtsp, "sub")];
  const ports = { http: 0, rtsp: rtsp.port };
  const readings = createHostReadings(clock, config.dataFolder);
  const system = createSystemService({
    clock,
    product: { name: PRODUCT, version, model: PRODUCT, serial: hostname(), hostname: hostname() },
    host: readings,
    hostClock: createClockReadings(),
    network: createNetworkReadings(),
    ports: () => ports,
    cameras: () => [live.camera.status()],
    streams,
    encodersFound: ["software"],
    warnings: () => config.warnings,
  });
  const streamService = createStreamService({ streams, snapshots: live.camera, rtspPort: () => rtsp.port });
  const metrics = measure(foundation, live, rtsp, streams, readings);
  const stopCounting = foundation.events.subscribe(({ kind }) => metrics.countEvent(kind));
  const routes = [
    ...systemRoutes(system),
    ...streamRoutes(streamService),
    ...maintenanceRoutes(maintenance(foundation, host)),
    ...eventRoutes(foundation.events),
    ...metricsRoutes(metrics),
  ];
  const services = {
    clock,
    crypto,
    scheduler: systemScheduler,
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

function measure(
  { clock }: Foundation,
  live: LiveVideo,
  { sessions }: RunningRtsp,
  streams: () => readonly StreamStatus[],
  readings: HostReadings,
) {
  return createMetrics({
    version,
    startedMs: clock.wallMs(),
    cameras: () => [live.camera.status()],
    counters: () => [pipelineCounters(live)],
    streams,
    rtspSessions: () => sessions.size,
    storage: () => readings.storage(),
  });
}

function maintenance({ config, clock, crypto, database, audit, authenticator }: Foundation, host: HostControl) {
  const parts = [createPresetsPart(database)];
  return createMaintenanceService({
    database,
    audit,
    authenticator,
    backups: createBackups({ database, clock, crypto, productVersion: version, parts }),
    host,
    managesHost: config.onvif.manageHost,
    loginFailures: config.limits.loginFailures,
  });
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
