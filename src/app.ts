import { hostname } from "node:os";
import { Egress, Library } from "bun-ffi-v4l2";
import { version } from "../package.json" with { type: "json" };
import { createAutoSource } from "./camera/auto-source.ts";
import { Camera } from "./camera/camera.ts";
import { createTestSource } from "./camera/test-source.ts";
import { createV4l2Source } from "./camera/v4l2-source.ts";
import type { VideoSource } from "./camera/video-source.ts";
import type { RunningServer, ServiceAddress } from "./cli/serve.ts";
import { bindAddresses } from "./config/bind-addresses.ts";
import type { ServerConfig } from "./config/server-config.ts";
import type { Clock } from "./core/clock.ts";
import type { Crypto } from "./core/crypto-port.ts";
import type { Log } from "./core/log.ts";
import { systemScheduler } from "./core/scheduler.ts";
import { createHttpApp } from "./http/app.ts";
import { createRequestLimits } from "./http/limits.ts";
import { type HttpListener, listenHttp } from "./http/listen.ts";
import type { Authenticator } from "./identity/authenticator.ts";
import { createConnectionNonces, createHttpNonces } from "./identity/nonce-store.ts";
import { createAdministratorAuthenticator } from "./modules/session/service.ts";
import { streamRoutes } from "./modules/stream/index.ts";
import { createStreamService } from "./modules/stream/service.ts";
import { createHostReadings } from "./modules/system/host-readings.ts";
import { systemRoutes } from "./modules/system/index.ts";
import { createSystemService } from "./modules/system/service.ts";
import type { RtspTarget } from "./rtsp/protocol/url.ts";
import { RtpTransport } from "./rtsp/rtp-transport.ts";
import { RtspServer } from "./rtsp/server.ts";
import type { PublishedStream } from "./rtsp/services.ts";
import { SessionTable } from "./rtsp/session-table.ts";
import { createCrypto } from "./storage/crypto.ts";
import { describeStream } from "./stream/describe-stream.ts";
import type { StreamStatus } from "./stream/stream-status.ts";
import { VideoStream } from "./stream/video-stream.ts";

const PRODUCT = "RotorDream";
const CAMERA_ID = "cam1";
const STREAM_NAMES = { main: "stream1", sub: "stream2" } as const;

/** What everything else is built on. */
interface Foundation {
  readonly config: ServerConfig;
  readonly library: Library;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly authenticator: Authenticator;
}

/** Builds every object once, in order, and serves. Throws AppError `unavailable` when a port cannot be had; nothing runs then. */
export async function start(config: ServerConfig, adminPassword: string, log: Log): Promise<RunningServer> {
  const foundation = createFoundation(config, adminPassword, log);
  const live = createLiveVideo(foundation);
  try {
    const rtsp = await startRtsp(foundation, live);
    const http = await startHttp(foundation, live, rtsp).catch(async (error: unknown) => {
      await rtsp.stop();
      throw error;
    });
    return {
      addresses: [
        ...http.addresses.map((address) => serviceAddress("http", address, http.port, "/")),
        ...rtsp.addresses.map((address) => serviceAddress("rtsp", address, rtsp.port, `/${STREAM_NAMES.main}`)),
      ],
      stop: async () => {
        await Promise.all([rtsp.stop(), http.stop()]);
        live.close();
      },
    };
  } catch (error) {
    live.close();
    throw error;
  }
}

function createFoundation(config: ServerConfig, adminPassword: string, log: Log): Foundation {
  const library = Library.open();
  const crypto = createCrypto();
  const clock: Clock = { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() };
  const authenticator = createAdministratorAuthenticator({
    crypto,
    clock,
    log: log.child("login"),
    adminPassword,
    anonymous: config.auth.anonymous,
    loginFailures: config.limits.loginFailures,
  });
  return { config, library, clock, crypto, log, authenticator };
}

/** The camera and its two streams. */
interface LiveVideo {
  readonly camera: Camera;
  readonly main: VideoStream;
  readonly sub: VideoStream;
  find(target: Pick<RtspTarget, "camera" | "segments">): PublishedStream | undefined;
  close(): void;
}

function createLiveVideo(foundation: Foundation): LiveVideo {
  const { library, clock, log } = foundation;
  const egress = { main: Egress.create(library), sub: Egress.create(library) };
  const main = createStream(foundation, "main", egress.main, () => camera.forceKeyframe("main"));
  const sub = createStream(foundation, "sub", egress.sub, () => camera.forceKeyframe("sub"));
  const camera: Camera = new Camera({
    id: CAMERA_ID,
    library,
    source: chooseSource(foundation),
    clock,
    scheduler: systemScheduler,
    log: log.child("camera"),
    onMain: main,
    onSub: sub,
  });
  return {
    camera,
    main,
    sub,
    find({ camera: cameraName = CAMERA_ID, segments }) {
      if (cameraName !== CAMERA_ID || segments.length !== 1) return undefined;
      const [name] = segments;
      if (name === main.name) return { stream: main, frameRate: camera.main.fps, bitrateKbps: camera.main.bitrateKbps };
      if (name === sub.name) return { stream: sub, frameRate: camera.sub.fps, bitrateKbps: camera.sub.bitrateKbps };
      return undefined;
    },
    close() {
      camera.close();
      egress.main.destroy();
      egress.sub.destroy();
    },
  };
}

function chooseSource({ config, library, log }: Foundation): VideoSource {
  if (config.source === "test") return createTestSource(false);
  if (config.source !== "auto") return createV4l2Source(library, config.source, undefined);
  const source = createAutoSource(library, (problem) => log.warn(problem));
  if (source.substitute)
    log.warn("no camera was found, so the test picture is shown until one is plugged in; rotordream doctor tells why");
  return source;
}

function createStream(
  foundation: Foundation,
  which: "main" | "sub",
  egress: Egress,
  forceKeyframe: () => void,
): VideoStream {
  const { config, clock, crypto, log } = foundation;
  const [ssrc = 0, timestampOrigin = 0, sequence = 0] = new Uint32Array(crypto.randomBytes(12).buffer);
  return new VideoStream({
    name: STREAM_NAMES[which],
    ssrc,
    firstSequence: sequence & 0xffff,
    timestampOrigin,
    payloadBytes: config.rtsp.payloadBytes,
    fastStart: config.rtsp.fastStart,
    forceKeyframe,
    egress,
    clock,
    scheduler: systemScheduler,
    log: log.child("stream"),
  });
}

/** RTSP as it listens. */
interface RunningRtsp {
  readonly port: number;
  readonly addresses: readonly string[];
  readonly sessions: SessionTable;
  stop(): Promise<void>;
}

async function startRtsp(foundation: Foundation, live: LiveVideo): Promise<RunningRtsp> {
  const { config, library, clock, crypto, authenticator } = foundation;
  const log = foundation.log.child("rtsp");
  const sessions = new SessionTable(clock, config.limits.rtspSessions);
  const transport = await RtpTransport.open({
    library,
    log,
    addresses: config.server.listen,
    // on loopback there is nobody to reach, and the group would leave by the default route
    multicast: config.loopbackOnly ? undefined : { address: config.multicast.group, ttl: config.multicast.ttl },
    onRtcp: (bytes, endpoint) => sessions.onRtcp(bytes, endpoint),
  });
  const server = new RtspServer(
    {
      clock,
      crypto,
      authenticator,
      transport,
      scheduler: systemScheduler,
      log,
      createNonceStore: () => createConnectionNonces(crypto),
      digestAlgorithms: config.auth.digestSha256Everywhere ? ["SHA-256", "MD5"] : ["MD5"],
      findStream: (target) => live.find(target),
      closeOnResolutionChange: config.rtsp.closeOnResolutionChange,
      cname: `${PRODUCT.toLowerCase()}@${hostname()}`,
    },
    sessions,
  );
  const stop = async () => {
    server.stop();
    transport.close();
  };
  try {
    const bound = await bindAddresses({
      service: "RTSP",
      addresses: config.server.listen,
      port: config.server.rtspPort,
      bind: (address, port) => ({ ...server.listen(address, port), address }),
    });
    return { port: bound[0]?.port ?? 0, addresses: bound.map(({ address }) => address), sessions, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startHttp(foundation: Foundation, live: LiveVideo, rtsp: RunningRtsp): Promise<HttpListener> {
  const { config, clock, crypto, log, authenticator } = foundation;
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
    routes: [...systemRoutes(system), ...streamRoutes(streamService)],
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

/** An address as a URL; IPv6 in brackets. */
function serviceAddress(service: "http" | "rtsp", address: string, port: number, path: string): ServiceAddress {
  const host = address.includes(":") ? `[${address}]` : address;
  return { service, url: `${service}://${host}:${port}${path}` };
}
