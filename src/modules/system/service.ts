import type { CameraAbilities, CameraStatus } from "../../camera/camera-status.ts";
import type { Clock } from "../../core/clock.ts";
import type { StreamStatus } from "../../stream/stream-status.ts";
import type { ClockReadings } from "./clock-readings.ts";
import type { HostReadings } from "./host-readings.ts";
import type {
  CameraDescription,
  CameraDetails,
  ClockDescription,
  DeviceDescription,
  DeviceStatus,
  Health,
  NetworkDescription,
  PublicDescription,
  PublicStatus,
} from "./model.ts";
import type { NetworkReadings } from "./network-readings.ts";

/** What stays the same while the process runs. */
export interface Product {
  readonly name: string;
  readonly version: string;
  readonly model: string;
  readonly serial: string;
  readonly hostname: string;
}

/** Where the facts come from. */
export interface SystemSources {
  readonly clock: Clock;
  readonly product: Product;
  readonly host: HostReadings;
  readonly hostClock: () => ClockReadings;
  readonly network: () => NetworkReadings;
  /** The ports that are really open. */
  readonly ports: () => DeviceDescription["ports"];
  readonly cameras: () => readonly CameraStatus[];
  /** The one whose picture is shown. */
  readonly shown: () => CameraStatus;
  /** Of a camera, by its id. */
  readonly abilities: (cameraId: string) => CameraAbilities;
  /** Names of the lights that can be used, and whether the camera moves. */
  readonly hardware: () => { readonly lights: readonly string[]; readonly ptz: boolean };
  readonly streams: () => readonly StreamStatus[];
  /** Names of the H.264 encoders that this machine has. */
  readonly encodersFound: readonly string[];
  /** What the recorder does. */
  readonly recorder: () => DeviceStatus["recording"]["state"];
  /** Sentences for the owner, beside the problems of cameras. */
  readonly warnings: () => readonly string[];
}

/** What the device is and how it is doing. */
export interface SystemService {
  publicDescription(): PublicDescription;
  description(): DeviceDescription;
  publicStatus(): PublicStatus;
  status(): Promise<DeviceStatus>;
  cameras(): readonly CameraDetails[];
  /** By protocol, and `total`. */
  viewers(): DeviceStatus["viewers"];
  /** Sentences for the owner. */
  warnings(): readonly string[];
  time(): ClockDescription;
  network(): NetworkDescription;
  health(): Promise<Health>;
  /** Whether pictures of the camera that is shown, or of the test source, are being produced. */
  ready(): boolean;
}

const API_VERSION = "v1.2";
/** Frame rates are known this long after the start; until then a first picture is proof enough. */
const MEASURING_SECONDS = 5;

/** Describes the device and how it is doing. */
export function createSystemService(sources: SystemSources): SystemService {
  const { clock, product, host } = sources;
  const startedUs = clock.monotonicUs();
  const uptime = () => Math.floor((clock.monotonicUs() - startedUs) / 1_000_000);
  const publicDescription = () => ({ name: product.name, version: product.version, api_version: API_VERSION });
  const publicStatus = () => ({ running: true, uptime: uptime() }) as const;
  const cameras = () => sources.cameras().map(describeCamera);
  const warnings = () => [...sources.cameras().flatMap(({ problem }) => problem ?? []), ...sources.warnings()];
  return {
    publicDescription,
    description: () => ({
      ...publicDescription(),
      model: product.model,
      serial: product.serial,
      hostname: product.hostname,
      uptime: uptime(),
      ports: sources.ports(),
      capabilities: capabilities(sources),
    }),
    publicStatus,
    status: async () => ({
      ...publicStatus(),
      cameras: cameras(),
      recording: { state: sources.recorder() },
      ...describeStreams(sources.streams()),
      storage: (await host.storage()) ?? null,
      cpu_percent: host.cpuPercent() ?? null,
      rss_bytes: host.rssBytes(),
      temperatures: host.temperatures(),
      warnings: warnings(),
    }),
    cameras: () =>
      sources
        .cameras()
        .map((camera) => ({ ...describeCamera(camera), ...describeAbilities(sources.abilities(camera.id)) })),
    viewers: () => describeStreams(sources.streams()).viewers,
    warnings,
    time: () => {
      const time = Math.trunc(clock.wallMs());
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      return { time, iso: new Date(time).toISOString(), timezone: timeZone, ...sources.hostClock() };
    },
    network: () => ({ hostname: product.hostname, ...sources.network() }),
    health: async () => health(sources, uptime(), (await host.storage()) !== undefined),
    ready: () => sources.shown().state === "online",
  };
}

function capabilities({ cameras, streams, encodersFound, hardware }: SystemSources): DeviceDescription["capabilities"] {
  return {
    cameras: cameras().map(({ id, device, model }) => ({ id, device, model })),
    encoders: { found: encodersFound, chosen: [...new Set(streams().map(({ encoder }) => encoder))] },
    codecs: [...new Set(streams().map(({ codec }) => codec))],
    streams: streams().map(({ name }) => name),
    onvif_profiles: ["S", "T"],
    ...hardware(),
    features: ["rtsp", "rtsps", "https", "webrtc", "snapshot", "mjpeg", "recording", "onvif"],
  };
}

function describeStreams(streams: readonly StreamStatus[]): Pick<DeviceStatus, "viewers" | "encoders"> {
  const count = (of: (viewers: StreamStatus["viewers"]) => number) =>
    streams.reduce((sum, { viewers }) => sum + of(viewers), 0);
  const rtsp = count(({ rtspTcp, rtspUdp, rtspMulticast, rtspJpeg }) => rtspTcp + rtspUdp + rtspMulticast + rtspJpeg);
  const [webrtc, mjpeg] = [count((viewers) => viewers.webrtc), count((viewers) => viewers.mjpeg)];
  return {
    viewers: { rtsp, webrtc, mjpeg, total: rtsp + webrtc + mjpeg },
    encoders: streams.map((stream) => ({
      stream: stream.name,
      encoder: stream.encoder,
      fps: stream.measuredFps,
      bitrate_kbps: stream.measuredBitrateKbps,
      frames_dropped: stream.framesDropped,
    })),
  };
}

function describeCamera(camera: CameraStatus): CameraDescription {
  return {
    id: camera.id,
    connected: camera.state === "online",
    state: camera.state,
    problem: camera.problem,
    device: camera.device,
    driver: camera.driver,
    model: camera.model,
    bus: camera.bus,
    pixel_format: camera.pixelFormat,
    resolution: `${camera.width}x${camera.height}`,
    fps: camera.fps,
    measured_fps: camera.measuredFps,
    substitute: camera.substitute,
  };
}

function describeAbilities({ controls, modes }: CameraAbilities): Pick<CameraDetails, "controls" | "modes"> {
  return {
    controls: controls.map((control) => ({
      id: control.id,
      name: control.name,
      type: control.type,
      min: control.minimum,
      max: control.maximum,
      step: control.step,
      default: control.default,
      value: control.value,
      read_only: control.readOnly,
      inactive: control.inactive,
    })),
    modes: modes.map(({ pixelFormat, width, height, fps }) => ({
      pixel_format: pixelFormat,
      resolution: `${width}x${height}`,
      fps,
    })),
  };
}

/** A missing camera or an unreadable data folder is degraded: restarting the process would not help, so nothing may take it for dead. Another camera than the one that is shown counts for nothing. */
function health({ shown, streams }: SystemSources, uptimeSeconds: number, storageReadable: boolean): Health {
  const encodes = ({ measuredFps, profileLevelId }: StreamStatus) =>
    measuredFps > 0 || (uptimeSeconds < MEASURING_SECONDS && profileLevelId !== undefined);
  const checks = {
    camera: shown().state === "online" ? "ok" : "degraded",
    encoder: streams().some(encodes) ? "ok" : "degraded",
    storage: storageReadable ? "ok" : "degraded",
    database: "unused",
  } as const;
  return { status: Object.values(checks).includes("degraded") ? "degraded" : "healthy", checks };
}
