/** State of one part of the device in `/health`. `unused`: the part does not exist in this build or configuration. */
export type CheckState = "ok" | "degraded" | "failed" | "unused";

/** `GET /health`. */
export type Health = {
  readonly status: "healthy" | "degraded";
  readonly checks: {
    readonly camera: CheckState;
    readonly encoder: CheckState;
    readonly storage: CheckState;
    readonly database: CheckState;
  };
};

/** What anyone may know. */
export type PublicDescription = {
  readonly name: string;
  readonly version: string;
  readonly api_version: string;
};

/** `GET /api/info` for callers with `System_r`. */
export type DeviceDescription = PublicDescription & {
  readonly model: string;
  readonly serial: string;
  readonly hostname: string;
  /** Seconds. */
  readonly uptime: number;
  /** The ports that are really open. */
  readonly ports: { readonly http: number; readonly https: number; readonly rtsp: number; readonly rtsps: number };
  readonly capabilities: {
    readonly cameras: readonly { readonly id: string; readonly device: string; readonly model: string }[];
    readonly encoders: { readonly found: readonly string[]; readonly chosen: readonly string[] };
    readonly codecs: readonly string[];
    readonly streams: readonly string[];
    readonly onvif_profiles: readonly string[];
    readonly lights: readonly string[];
    readonly ptz: boolean;
    readonly features: readonly string[];
  };
};

/** What anyone may know of `GET /api/status`. */
export type PublicStatus = {
  readonly running: true;
  /** Seconds. */
  readonly uptime: number;
};

/** `GET /api/status` for callers with `System_r`. */
export type DeviceStatus = PublicStatus & {
  readonly cameras: readonly CameraDescription[];
  readonly recording: { readonly state: "off" };
  readonly viewers: { readonly rtsp: number; readonly total: number };
  readonly encoders: readonly {
    readonly stream: string;
    readonly encoder: string;
    readonly fps: number;
    readonly bitrate_kbps: number;
    readonly frames_dropped: number;
  }[];
  readonly storage: StorageReading | null;
  /** Of one core since the last question; null at the first. */
  readonly cpu_percent: number | null;
  readonly rss_bytes: number;
  readonly temperatures: readonly TemperatureReading[];
  readonly warnings: readonly string[];
};

/** One camera in `GET /api/status`. */
export type CameraDescription = {
  readonly id: string;
  readonly connected: boolean;
  readonly state: string;
  readonly problem: string | undefined;
  readonly device: string;
  readonly driver: string;
  readonly model: string;
  readonly bus: string;
  readonly pixel_format: string;
  readonly resolution: string;
  readonly fps: number;
  readonly measured_fps: number;
  /** True while the test picture stands in for a camera that was not found. */
  readonly substitute: boolean;
};

/** The file system of the data folder. */
export type StorageReading = {
  readonly free_bytes: number;
  readonly used_bytes: number;
  readonly total_bytes: number;
};

/** One sensor of the machine. */
export type TemperatureReading = { readonly name: string; readonly celsius: number };
