import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { CameraStatus } from "../../camera/camera-status.ts";
import { EVENT_KINDS, type EventKind } from "../../storage/event-log.ts";
import type { StreamStatus } from "../../stream/stream-status.ts";

/** What a camera's pipeline has counted since the start. */
export interface PipelineCounters {
  /** As in `CameraStatus`. */
  readonly camera: string;
  readonly captured: number;
  readonly corrupt: number;
  readonly late: number;
  /** Access units by the name of their stream. */
  readonly encoded: Readonly<Record<string, number>>;
}

/** Where the numbers come from; asked at each scrape. */
export interface MetricsSources {
  readonly version: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly cameras: () => readonly CameraStatus[];
  readonly counters: () => readonly PipelineCounters[];
  readonly streams: () => readonly StreamStatus[];
  readonly rtspSessions: () => number;
  /** Undefined while the data folder cannot be read. */
  readonly storage: () => Promise<{ readonly free_bytes: number; readonly total_bytes: number } | undefined>;
}

/** The numbers that Prometheus collects. */
export interface Metrics {
  /** Counts an answered request; `route` is the pattern of its path, never the path. */
  observeRequest(method: string, route: string, status: number, seconds: number): void;
  countEvent(kind: EventKind): void;
  /** All of it in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Stops watching the event loop. */
  close(): void;
}

/** Seconds: a settled value, a file, a still, a login, something wrong. */
const DURATION_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];
/** Finer would wake an idle device more often than a frame does. */
const LAG_RESOLUTION_MS = 20;
const NS = 1e9;
/** Any other method is one, so that a peer cannot make labels. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Metrics in a registry of their own. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: "rotordream_http_request_duration_seconds",
    help: "HTTP requests by route and how long they took",
    labelNames: ["method", "route", "status"],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const children = new Map<string, ReturnType<typeof requests.labels>>();
  const events = new Counter({
    name: "rotordream_events_total",
    help: "What happened to the device, by kind",
    labelNames: ["kind"],
    registers,
  });
  for (const kind of EVENT_KINDS) events.inc({ kind }, 0);
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const refresh = [
    processMetrics(registry, sources, lag),
    streamMetrics(registry, sources),
    cameraMetrics(registry, sources),
    storageMetrics(registry, sources),
  ];
  return {
    observeRequest(method, route, status, seconds) {
      const known = METHODS.has(method) ? method : "other";
      const key = `${known} ${route} ${status}`;
      let child = children.get(key);
      if (child === undefined) {
        child = requests.labels(known, route, String(status));
        children.set(key, child);
      }
      child.observe(seconds);
    },
    countEvent: (kind) => events.inc({ kind }),
    async text() {
      await Promise.all(refresh.map((each) => each()));
      return registry.metrics();
    },
    contentType: registry.contentType,
    close: () => void lag.disable(),
  };
}

/** Brings numbers up to date. */
type Refresh = () => void | Promise<void>;

function processMetrics(
  registry: Registry,
  { version, startedMs, rtspSessions }: MetricsSources,
  lag: ReturnType<typeof monitorEventLoopDelay>,
): Refresh {
  const { gauge, total } = within(registry);
  gauge("rotordream_build_info", "Which program this is", ["version", "runtime"]).set(
    { version, runtime: `bun ${Bun.version}` },
    1,
  );
  gauge("process_start_time_seconds", "Start of the process, Unix seconds").set(startedMs / 1000);
  const cpu = total("process_cpu_seconds_total", "CPU time used");
  const memory = gauge("process_resident_memory_bytes", "Resident memory");
  const longest = gauge(
    "rotordream_event_loop_lag_max_seconds",
    "Longest wait for the event loop since the last scrape",
  );
  const usual = gauge(
    "rotordream_event_loop_lag_p99_seconds",
    "Wait for the event loop since the last scrape, 99th percentile",
  );
  const sessions = gauge("rotordream_rtsp_sessions", "RTSP sessions, playing or not");
  return () => {
    const { user, system } = process.cpuUsage();
    cpu.reset();
    cpu.inc((user + system) / 1e6);
    memory.set(process.memoryUsage.rss());
    longest.set(lag.max / NS);
    usual.set(lag.percentile(99) / NS);
    lag.reset();
    sessions.set(rtspSessions());
  };
}

function streamMetrics(registry: Registry, { streams, counters }: MetricsSources): Refresh {
  const { gauge, total } = within(registry);
  const fps = gauge("rotordream_stream_fps", "Measured frame rate", ["stream"]);
  const bitrate = gauge("rotordream_stream_bitrate_bits_per_second", "Measured bitrate", ["stream"]);
  const encoded = total("rotordream_stream_frames_encoded_total", "Pictures encoded", ["stream"]);
  const dropped = total("rotordream_stream_frames_dropped_total", "Pictures lost between encoder and viewers", [
    "stream",
  ]);
  const latency = gauge("rotordream_stream_latency_seconds", "From capture until the last viewer's packet", [
    "stream",
    "quantile",
  ]);
  const viewers = gauge("rotordream_viewers", "Viewers", ["stream", "protocol"]);
  return () => {
    for (const metric of [fps, bitrate, encoded, dropped, latency, viewers]) metric.reset();
    for (const status of streams()) {
      const { name: stream } = status;
      fps.set({ stream }, status.measuredFps);
      bitrate.set({ stream }, status.measuredBitrateKbps * 1000);
      dropped.inc({ stream }, status.framesDropped);
      if (status.latencyUs !== undefined) {
        latency.set({ stream, quantile: "0.5" }, status.latencyUs.median / 1e6);
        latency.set({ stream, quantile: "0.99" }, status.latencyUs.p99 / 1e6);
      }
      for (const [protocol, count] of Object.entries(status.viewers))
        viewers.set({ stream, protocol: snakeCase(protocol) }, count);
    }
    for (const { encoded: byStream } of counters()) {
      for (const [stream, count] of Object.entries(byStream)) encoded.inc({ stream }, count);
    }
  };
}

function cameraMetrics(registry: Registry, { cameras, counters }: MetricsSources): Refresh {
  const { gauge, total } = within(registry);
  const online = gauge("rotordream_camera_online", "1 while pictures come", ["camera"]);
  const captured = total("rotordream_camera_frames_captured_total", "Frames taken from the camera", ["camera"]);
  const corrupt = total("rotordream_camera_frames_corrupt_total", "Damaged frames that were skipped", ["camera"]);
  const late = total("rotordream_camera_frames_late_total", "Frames skipped because newer ones waited", ["camera"]);
  return () => {
    for (const metric of [online, captured, corrupt, late]) metric.reset();
    for (const { id: camera, state } of cameras()) online.set({ camera }, state === "online" ? 1 : 0);
    for (const { camera, ...counted } of counters()) {
      captured.inc({ camera }, counted.captured);
      corrupt.inc({ camera }, counted.corrupt);
      late.inc({ camera }, counted.late);
    }
  };
}

function storageMetrics(registry: Registry, { storage }: MetricsSources): Refresh {
  const { gauge } = within(registry);
  const free = gauge("rotordream_storage_free_bytes", "Room in the file system of the data folder");
  const size = gauge("rotordream_storage_size_bytes", "Size of the file system of the data folder");
  return async () => {
    const reading = await storage();
    if (reading === undefined) return;
    free.set(reading.free_bytes);
    size.set(reading.total_bytes);
  };
}

function within(registry: Registry) {
  const registers = [registry];
  return {
    gauge: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Gauge<L>({ name, help, labelNames: [...labelNames], registers }),
    /** A counter of something that is counted elsewhere: set anew at each scrape. */
    total: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name, help, labelNames: [...labelNames], registers }),
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
