import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import { createHttpApp } from "../http/app.ts";
import { createRequestLimits } from "../http/limits.ts";
import { type HttpListener, listenHttp, listenHttps } from "../http/listen.ts";
import { createHttpNonces } from "../identity/nonce-store.ts";
import { streamRoutes } from "../modules/stream/index.ts";
import { createStreamService } from "../modules/stream/service.ts";
import { createHostReadings } from "../modules/system/host-readings.ts";
import { systemRoutes } from "../modules/system/index.ts";
import { createSystemService } from "../modules/system/service.ts";
import { certificateRoutes } from "../modules/tls/index.ts";
import { describeStream } from "../stream/describe-stream.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";
import type { RunningRtsp } from "./rtsp.ts";
import type { Tls } from "./tls.ts";

/** HTTP and HTTPS as they listen. */
export interface RunningHttp {
  readonly plain: HttpListener;
  readonly secure: HttpListener;
  stop(): Promise<void>;
}

/** Serves HTTP and HTTPS. Throws AppError `unavailable` when a port cannot be had. */
export async function startHttp(
  foundation: Foundation,
  live: LiveVideo,
  rtsp: RunningRtsp,
  tls: Tls,
): Promise<RunningHttp> {
  const { config, clock, crypto, log, authenticator } = foundation;
  const streams = () => [streamStatus(foundation, live, rtsp, "main"), streamStatus(foundation, live, rtsp, "sub")];
  const ports = { http: 0, https: 0, rtsp: rtsp.port, rtsps: rtsp.securePort };
  const system = createSystemService({
    clock,
    product: { name: PRODUCT, version, model: PRODUCT, serial: hostname(), hostname: hostname() },
    host: createHostReadings(clock, config.dataFolder),
    ports: () => ports,
    cameras: () => [live.camera.status()],
    streams,
    encodersFound: ["software"],
    warnings: () => [...config.warnings, ...tls.certificates.warnings()],
  });
  const streamService = createStreamService({ streams, snapshots: live.camera, ports: () => ports });
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
      get hosts() {
        return [hostname(), `${hostname()}.local`, ...config.server.hosts, ...tls.hostNames()];
      },
      origins: config.server.corsOrigins,
      trustedProxies: config.server.trustedProxies,
      externalUrl: config.server.externalUrl,
      demo: config.demo,
    },
    transport: () => ({ ...config.server, httpsPort: ports.https }),
    routes: [...systemRoutes(system), ...streamRoutes(streamService), ...certificateRoutes(tls.certificates)],
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
