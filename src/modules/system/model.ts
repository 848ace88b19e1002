import {
  array,
  boolean,
  type InferOutput,
  literal,
  nullable,
  number,
  object,
  optional,
  picklist,
  string,
} from "valibot";
import type { Immutable } from "../../core/immutable.ts";

/** State of one part of the device in `/health`. `unused`: the part does not exist in this build or configuration. */
const CheckState = picklist(["ok", "degraded", "failed", "unused"]);

/** `GET /health`. */
export const Health = object({
  status: picklist(["healthy", "degraded"]),
  checks: object({ camera: CheckState, encoder: CheckState, storage: CheckState, database: CheckState }),
});

/** What it answers. */
export type Health = Immutable<InferOutput<typeof Health>>;

/** `GET /health/ready`. */
export const Readiness = object({ status: picklist(["ready", "no picture"]) });

/** What anyone may know. */
export const PublicDescription = object({ name: string(), version: string(), api_version: string() });

/** Of `GET /api/info`. */
export type PublicDescription = Immutable<InferOutput<typeof PublicDescription>>;

/** `GET /api/info` for callers with `System_r`. */
export const DeviceDescription = object({
  ...PublicDescription.entries,
  model: string(),
  serial: string(),
  hostname: string(),
  /** Seconds. */
  uptime: number(),
  /** The ports that are really open. */
  ports: object({ http: number(), https: number(), rtsp: number(), rtsps: number() }),
  capabilities: object({
    cameras: array(object({ id: string(), device: string(), model: string() })),
    encoders: object({ found: array(string()), chosen: array(string()) }),
    codecs: array(string()),
    streams: array(string()),
    onvif_profiles: array(string()),
    lights: array(string()),
    ptz: boolean(),
    features: array(string()),
  }),
});

/** All that the device says of itself. */
export type DeviceDescription = Immutable<InferOutput<typeof DeviceDescription>>;

/** What anyone may know of `GET /api/status`; `uptime` in seconds. */
export const PublicStatus = object({ running: literal(true), uptime: number() });

/** That it runs. */
export type PublicStatus = Immutable<InferOutput<typeof PublicStatus>>;

/** One camera in `GET /api/status`. */
export const CameraDescription = object({
  id: string(),
  connected: boolean(),
  state: picklist(["online", "opening", "stalled", "offline", "resting"]),
  problem: optional(string()),
  device: string(),
  driver: string(),
  model: string(),
  bus: string(),
  pixel_format: string(),
  resolution: string(),
  fps: number(),
  measured_fps: number(),
  /** True while the test picture stands in for a camera that was not found. */
  substitute: boolean(),
});

/** How one camera is doing. */
export type CameraDescription = Immutable<InferOutput<typeof CameraDescription>>;

/** One camera with what it can do, in `GET /api/camera/status`: its controls as its driver has them, and its picture formats. */
export const CameraDetails = object({
  ...CameraDescription.entries,
  controls: array(
    object({
      id: number(),
      name: string(),
      type: string(),
      min: number(),
      max: number(),
      step: number(),
      default: number(),
      value: number(),
      read_only: boolean(),
      /** Without effect now, since an automatic rules it. */
      inactive: boolean(),
    }),
  ),
  modes: array(object({ pixel_format: string(), resolution: string(), fps: array(number()) })),
});

/** How one camera is doing and what it can do. */
export type CameraDetails = Immutable<InferOutput<typeof CameraDetails>>;

/** The file system of the data folder. */
export const StorageReading = object({ free_bytes: number(), used_bytes: number(), total_bytes: number() });

/** Its room. */
export type StorageReading = Immutable<InferOutput<typeof StorageReading>>;

/** One sensor of the machine. */
export const TemperatureReading = object({ name: string(), celsius: number() });

/** What it measures. */
export type TemperatureReading = Immutable<InferOutput<typeof TemperatureReading>>;

/** `GET /api/status` for callers with `System_r`. */
export const DeviceStatus = object({
  ...PublicStatus.entries,
  cameras: array(CameraDescription),
  recording: object({ state: picklist(["off", "starting", "recording", "paused", "stopping"]) }),
  viewers: object({ rtsp: number(), webrtc: number(), mjpeg: number(), total: number() }),
  encoders: array(
    object({
      stream: string(),
      encoder: string(),
      fps: number(),
      bitrate_kbps: number(),
      frames_dropped: number(),
    }),
  ),
  storage: nullable(StorageReading),
  /** Of one core since the last question; null at the first. */
  cpu_percent: nullable(number()),
  rss_bytes: number(),
  temperatures: array(TemperatureReading),
  warnings: array(string()),
});

/** How the device is doing. */
export type DeviceStatus = Immutable<InferOutput<typeof DeviceStatus>>;

/** `GET /api/system/time`. `time` in Unix milliseconds. */
export const ClockDescription = object({
  time: number(),
  iso: string(),
  timezone: string(),
  /** What keeps the clock right. */
  source: picklist(["systemd-timesyncd", "chrony", "ntpd", "unknown"]),
  /** Whether the clock agrees with the world's. */
  synchronized: picklist(["yes", "no", "unknown"]),
});

/** What the clock says. */
export type ClockDescription = Immutable<InferOutput<typeof ClockDescription>>;

const Family = picklist(["ipv4", "ipv6"]);

/** `GET /api/network`. */
export const NetworkDescription = object({
  hostname: string(),
  interfaces: array(
    object({
      name: string(),
      mac: string(),
      /** The kernel's operational state: `up`, `down`, `unknown` (loopback) and others. */
      state: string(),
      addresses: array(object({ address: string(), family: Family, prefix: number(), internal: boolean() })),
    }),
  ),
  /** Default routes. */
  gateways: array(object({ address: string(), interface: string(), family: Family })),
  dns: object({ servers: array(string()), search: array(string()) }),
});

/** The machine's place in the network. */
export type NetworkDescription = Immutable<InferOutput<typeof NetworkDescription>>;
