import type { CameraAbilities, CameraStatus, Snapshots } from "../../src/camera/camera-status.ts";
import { AppError } from "../../src/core/errors.ts";
import { createLog, lineSink } from "../../src/core/log.ts";
import { type Scheduler, systemScheduler } from "../../src/core/scheduler.ts";
import { createHttpApp } from "../../src/http/app.ts";
import { documentationRoutes } from "../../src/http/documentation.ts";
import type { HttpServices } from "../../src/http/exchange.ts";
import { createRequestLimits } from "../../src/http/limits.ts";
import { type HttpListener, listenHttp } from "../../src/http/listen.ts";
import type { Route } from "../../src/http/route.ts";
import type { TransportRules } from "../../src/http/transport.ts";
import type { Authenticator } from "../../src/identity/authenticator.ts";
import { createHttpNonces } from "../../src/identity/nonce-store.ts";
import { auditRoutes } from "../../src/modules/audit/index.ts";
import { sessionRoutes } from "../../src/modules/session/index.ts";
import { streamRoutes } from "../../src/modules/stream/index.ts";
import { createMjpeg } from "../../src/modules/stream/mjpeg.ts";
import { createStreamService } from "../../src/modules/stream/service.ts";
import { createViewerService } from "../../src/modules/stream/viewers.ts";
import { createClockReadings } from "../../src/modules/system/clock-readings.ts";
import { createHostReadings } from "../../src/modules/system/host-readings.ts";
import { systemRoutes } from "../../src/modules/system/index.ts";
import { createNetworkReadings } from "../../src/modules/system/network-readings.ts";
import { createSystemService } from "../../src/modules/system/service.ts";
import { tokenRoutes } from "../../src/modules/tokens/index.ts";
import { userRoutes } from "../../src/modules/users/index.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import type { StreamStatus } from "../../src/stream/stream-status.ts";
import { startTestIdentity, type TestIdentity } from "./identity.ts";
import type { ManualClock } from "./manual-clock.ts";
import { createManualTime } from "./manual-scheduler.ts";
import { control } from "./simulated-controls.ts";

/** Starts of a JPEG, enough to tell it from anything else. */
export const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);

export interface HttpFront {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly listener: HttpListener;
  /** What the front was built over, for a second one. */
  readonly services: HttpServices;
  readonly clock: ManualClock;
  /** Moves the clock with the timers that hang on it. */
  readonly advanceMs: (elapsedMs: number) => void;
  readonly identity: TestIdentity;
  /** Lines of the log so far. */
  readonly logged: readonly string[];
  /** Takes the camera away or brings it back. */
  setCamera(state: CameraStatus["state"]): void;
  /** The stills that were asked for. */
  readonly snapshotsTaken: readonly { readonly stream: string; readonly quality: number }[];
}

export interface HttpFrontOptions {
  readonly anonymous?: "guest" | "viewer";
  readonly demo?: boolean;
  readonly loginFailures?: number;
  readonly requireTls?: boolean;
  readonly apiPerMinute?: number;
  readonly mediaPerSecond?: number;
  readonly origins?: readonly string[];
  readonly externalUrl?: string;
  readonly trustedProxies?: readonly string[];
  readonly addresses?: readonly string[];
  readonly routes?: readonly Route[];
  /** More routes, built over what the front has. */
  readonly moreRoutes?: (parts: {
    readonly clock: ManualClock;
    /** Moves with `advanceMs`. */
    readonly scheduler: Scheduler;
    readonly authenticator: Authenticator;
  }) => Promise<readonly Route[]>;
  /** Instead of those of the described camera. */
  readonly snapshots?: Snapshots;
  readonly scheduler?: Scheduler;
  readonly transport?: Partial<TransportRules>;
}

/** The real HTTP front on a free loopback port, over a camera that is only described. */
export async function startHttpFront(options: HttpFrontOptions = {}): Promise<HttpFront> {
  const { clock, scheduler, advanceMs } = createManualTime();
  const crypto = createCrypto();
  const logged: string[] = [];
  const log = createLog(
    lineSink("debug", false, clock.wallMs, (line) => logged.push(line)),
    "http",
  );
  const loginFailures = options.loginFailures ?? 5;
  let camera = CAMERA;
  const snapshotsTaken: { stream: string; quality: number }[] = [];
  const ports = () => ({ http: listener.port, https: 8443, rtsp: 8554, rtsps: 8322 });
  const system = createSystemService({
    clock,
    product: { name: "RotorDream", version: "9.8.7", model: "Test", serial: "0001", hostname: "cam" },
    host: createHostReadings(clock, "/tmp"),
    recorder: () => "off",
    hostClock: createClockReadings(),
    network: createNetworkReadings(),
    ports,
    cameras: () => [camera],
    shown: () => camera,
    abilities: () => ABILITIES,
    hardware: () => ({ lights: [], ptz: false }),
    streams: () => [STREAM],
    encodersFound: ["software"],
    warnings: () => [],
  });
  const snapshots = options.snapshots ?? {
    async take(stream: "stream1" | "stream2", quality: number) {
      if (camera.state !== "online")
        throw new AppError("unavailable", "The camera is offline", { errorCode: "CAMERA_OFFLINE" });
      snapshotsTaken.push({ stream, quality });
      return JPEG;
    },
  };
  const streams = createStreamService({
    streams: () => [{ ...STREAM, mjpegViewers: mjpeg.viewers("stream1") }],
    ports,
    jpegQuality: () => 85,
    snapshots,
  });
  const identity = await startTestIdentity({
    clock,
    scheduler,
    log,
    anonymous: options.anonymous,
    loginFailures,
    requireTls: options.requireTls,
  });
  const mjpeg = createMjpeg({
    snapshots,
    scheduler: systemScheduler,
    clock,
    crypto,
    authenticator: identity.authenticator,
    maxViewers: () => 2,
    jpegQuality: () => 85,
  });
  const routes = [
    ...systemRoutes(system),
    ...streamRoutes(streams, mjpeg, createViewerService([mjpeg], identity.audit, log)),
    ...sessionRoutes(identity.sessions),
    ...userRoutes(identity.users),
    ...tokenRoutes(identity.tokens),
    ...auditRoutes(identity.audit),
    ...(options.routes ?? []),
    ...((await options.moreRoutes?.({ clock, scheduler, authenticator: identity.authenticator })) ?? []),
  ];
  const services: HttpServices = {
    clock,
    crypto,
    scheduler: options.scheduler ?? systemScheduler,
    log,
    access: {
      authenticator: identity.authenticator,
      nonces: createHttpNonces(crypto, clock),
      limits: createRequestLimits(clock, () => ({
        apiPerMinute: options.apiPerMinute ?? 0,
        mediaPerSecond: options.mediaPerSecond ?? 0,
        onvifPerMinute: 0,
      })),
      loginFailures,
      selfLoginDigests: ["MD5"],
    },
    hosts: {
      hosts: ["cam", "cam.local"],
      origins: options.origins ?? [],
      trustedProxies: options.trustedProxies ?? [],
      externalUrl: options.externalUrl,
      demo: options.demo ?? false,
    },
    transport: () => ({
      requireTls: options.requireTls ?? false,
      httpsRedirect: false,
      hsts: false,
      httpsPort: 8443,
      ...options.transport,
    }),
    routes: [...routes, ...documentationRoutes(routes, { name: "RotorDream", version: "9.8.7" })],
  };
  const listener = await listenHttp({
    addresses: options.addresses ?? ["127.0.0.1"],
    port: 0,
    app: createHttpApp(services),
  });
  return {
    url: `http://127.0.0.1:${listener.port}`,
    listener,
    services,
    clock,
    advanceMs,
    identity,
    logged,
    snapshotsTaken,
    setCamera: (state) => {
      camera = {
        ...CAMERA,
        state,
        problem: state === "online" ? undefined : "The camera was unplugged; plug it in again",
      };
    },
  };
}

/** What it can do. */
export const ABILITIES: CameraAbilities = {
  controls: [control("brightness", -64, 64, 0, { name: "Brightness" })],
  modes: [{ pixelFormat: "YUYV", width: 640, height: 480, fps: [15, 30] }],
};

/** A camera that works. */
export const CAMERA: CameraStatus = {
  id: "cam1",
  state: "online",
  problem: undefined,
  device: "test",
  driver: "test",
  model: "Test pattern",
  bus: "",
  pixelFormat: "I420",
  width: 1920,
  height: 1080,
  fps: 30,
  measuredFps: 29.97,
  substitute: false,
};

/** Its main stream, with three viewers. */
export const STREAM: StreamStatus = {
  name: "stream1",
  codec: "H.264",
  profile: "Constrained Baseline",
  profileLevelId: "42e028",
  width: 1920,
  height: 1080,
  fps: 30,
  measuredFps: 29.97,
  bitrateKbps: 4000,
  measuredBitrateKbps: 3900,
  gop: 60,
  keyframeIntervalMs: undefined,
  viewers: { rtspTcp: 1, rtspUdp: 2, rtspMulticast: 0, rtspJpeg: 0, webrtc: 0, mjpeg: 0 },
  rtspViewers: [],
  mjpegViewers: [],
  webrtcViewers: [],
  framesDropped: 0,
  latencyUs: { median: 300, p99: 900 },
  encoder: "software",
};
