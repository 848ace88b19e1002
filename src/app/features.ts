import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import type { Camera } from "../camera/camera.ts";
import type { CameraStatus } from "../camera/camera-status.ts";
import type { RecentLines } from "../cli/serve.ts";
import { removeInitialPassword } from "../config/initial-password.ts";
import { documentationRoutes } from "../http/documentation.ts";
import type { RequestObserver } from "../http/exchange.ts";
import { livePageRoutes } from "../http/live-page.ts";
import type { Route } from "../http/route.ts";
import { auditRoutes } from "../modules/audit/index.ts";
import { configurationRoutes } from "../modules/configuration/index.ts";
import { controlRoutes } from "../modules/control/index.ts";
import { eventRoutes } from "../modules/events/index.ts";
import { type BackupPart, createBackups } from "../modules/maintenance/backup.ts";
import { maintenanceRoutes } from "../modules/maintenance/index.ts";
import { createPresetsPart } from "../modules/maintenance/presets-part.ts";
import { createMaintenanceService, type HostControl, type MaintenanceService } from "../modules/maintenance/service.ts";
import { metricsRoutes } from "../modules/metrics/index.ts";
import { createMetrics, type Metrics, type PipelineCounters } from "../modules/metrics/service.ts";
import { ptzRoutes } from "../modules/ptz/index.ts";
import type { Recorder } from "../modules/recordings/recorder.ts";
import { sessionRoutes } from "../modules/session/index.ts";
import { settingPresetRoutes } from "../modules/setting-presets/index.ts";
import { settingsRoutes } from "../modules/settings/index.ts";
import { createSettingsService } from "../modules/settings/service.ts";
import { streamRoutes } from "../modules/stream/index.ts";
import { createStreamService } from "../modules/stream/service.ts";
import { createViewerService } from "../modules/stream/viewers.ts";
import { supportRoutes } from "../modules/support/index.ts";
import { createClockReadings } from "../modules/system/clock-readings.ts";
import { createHostReadings, type HostReadings } from "../modules/system/host-readings.ts";
import { systemRoutes } from "../modules/system/index.ts";
import { createNetworkReadings } from "../modules/system/network-readings.ts";
import { createSystemService, type SystemService } from "../modules/system/service.ts";
import { certificateRoutes } from "../modules/tls/index.ts";
import { tokenRoutes } from "../modules/tokens/index.ts";
import { createUsersPart } from "../modules/users/backup-part.ts";
import { userRoutes } from "../modules/users/index.ts";
import { webrtcRoutes } from "../modules/webrtc/index.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import { reloadConfiguration } from "./configuration.ts";
import { type Control, createControl } from "./control.ts";
import type { DeviceSettings } from "./devices.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import { type LiveVideo, STREAM_NAMES } from "./live-video.ts";
import { loadOnvif } from "./onvif-loading.ts";
import type { Profiles } from "./profiles.ts";
import type { Recordings } from "./recordings.ts";
import type { RunningRtsp } from "./rtsp.ts";
import { createStreams } from "./streams.ts";
import { createSupport } from "./support.ts";
import type { Tls } from "./tls.ts";
import type { RunningWebRtc } from "./webrtc.ts";

/** Ports that are really open; 0 before a front listens. */
export interface OpenPorts {
  http: number;
  https: number;
  rtsp: number;
  rtsps: number;
}

/** What features are built over. */
export interface FeatureParts {
  readonly foundation: Foundation;
  readonly live: LiveVideo;
  readonly devices: DeviceSettings;
  readonly recordings: Recordings;
  readonly rtsp: RunningRtsp;
  readonly profiles: Profiles;
  readonly webrtc: RunningWebRtc;
  readonly tls: Tls;
  readonly ports: Readonly<OpenPorts>;
  readonly machine: HostControl;
  readonly recentLines: RecentLines;
}

/** Everything that is asked for over HTTP. */
export interface Features {
  readonly routes: readonly Route[];
  readonly observe: RequestObserver;
  /** What can wait until HTTP listens. */
  begin(): void;
  /** Ends a running recording; resolves when it is on disk. */
  stop(): Promise<void>;
}

/** Builds the features and their routes. */
export function createFeatures(parts: FeatureParts): Features {
  const { foundation, live, devices, recordings, rtsp, webrtc, tls, ports, machine } = parts;
  const { recorder } = recordings;
  const { config, clock, events, log } = foundation;
  const host = createHostReadings(clock, config.dataFolder);
  const { streams, mjpeg } = createStreams(parts);
  const system = createSystem(parts, host, streams, recorder);
  const { storage, temperatures } = host;
  const reported = { streams, viewers: system.viewers, storage, temperatures, warnings: system.warnings };
  const owners = [...devices.owners, recordings.owner];
  const control = createControl(foundation, { ...devices, owners }, reported);
  const metrics = createDeviceMetrics(foundation, live, rtsp, streams, storage);
  const stopCounting = events.subscribe(({ kind }) => metrics.countEvent(kind));
  const maintenance = createMaintenance(foundation, machine, control, [
    ...control.backup,
    recordings.backup,
    createUsersPart(foundation.database, foundation.box, clock),
  ]);
  const onvif = loadOnvif(parts, control.store, maintenance);
  const { jpegQuality } = devices;
  const streamService = createStreamService({ streams, snapshots: live.camera, ports: () => ports, jpegQuality });
  const settings = createSettingsService(control.store);
  const { recentLines } = parts;
  const support = createSupport({ foundation, system, streams: streamService, settings, recentLines });
  const routes = [
    ...systemRoutes(system),
    ...streamRoutes(
      streamService,
      mjpeg,
      createViewerService([rtsp.sessions, mjpeg, webrtc.service], foundation.audit, log),
    ),
    ...webrtcRoutes(webrtc.service),
    ...recordings.routes,
    ...ptzRoutes(devices.ptz),
    ...settingsRoutes(settings),
    ...settingPresetRoutes(control.presets),
    ...controlRoutes(control.sockets),
    ...metricsRoutes(metrics),
    ...maintenanceRoutes(maintenance),
    ...supportRoutes(support),
    ...eventRoutes(events),
    ...configurationRoutes((actor) => reloadConfiguration(foundation, actor)),
    ...accessRoutes(foundation, tls),
    ...livePageRoutes(PRODUCT),
  ];
  recorder.begin();
  return {
    routes: [...routes, ...onvif.routes, ...documentationRoutes(routes, { name: PRODUCT, version })],
    observe: metrics.observeRequest,
    begin: () => onvif.begin(),
    stop: async () => {
      control.stop();
      recordings.stopTriggers();
      // beside each other: saying good-bye to the network must not cost a recording its end
      const ends = await Promise.allSettled([recorder.close(), onvif.stop()]);
      mjpeg.stop();
      stopCounting();
      metrics.close();
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    },
  };
}

function createSystem(
  { foundation: { config, clock }, live, devices, tls, ports }: FeatureParts,
  host: HostReadings,
  streams: () => readonly StreamStatus[],
  recorder: Recorder,
): SystemService {
  return createSystemService({
    clock,
    product: { name: PRODUCT, version, model: PRODUCT, serial: hostname(), hostname: hostname() },
    host,
    hostClock: createClockReadings(),
    network: createNetworkReadings(),
    ports: () => ports,
    cameras: () => statuses(live),
    shown: () => live.camera.shown("stream1").status(),
    abilities: (id) =>
      live.camera.cameras.find((camera) => camera.status().id === id)?.abilities() ?? { controls: [], modes: [] },
    hardware: devices.hardware,
    streams,
    encodersFound: ["software"],
    recorder: () => recorder.state,
    warnings: () => [...config.warnings, ...tls.warnings(), ...recorder.warnings],
  });
}

function accessRoutes({ identity, audit }: Foundation, tls: Tls): readonly Route[] {
  return [
    ...sessionRoutes(identity.sessions),
    ...userRoutes(identity.users),
    ...tokenRoutes(identity.tokens),
    ...auditRoutes(audit),
    ...certificateRoutes(tls.certificates),
  ];
}

function createMaintenance(
  { config, clock, crypto, database, audit, authenticator }: Foundation,
  host: HostControl,
  control: Pick<Control, "discard">,
  own: readonly BackupPart[],
): MaintenanceService {
  const parts = [...own, createPresetsPart(database)];
  return createMaintenanceService({
    database,
    audit,
    authenticator,
    backups: createBackups({ database, clock, crypto, productVersion: version, parts }),
    host,
    removeInitialPassword: () => removeInitialPassword(config.dataFolder),
    onReplaced: () => control.discard(),
    managesHost: config.onvif.manageHost,
    limits: () => config.limits,
  });
}

function createDeviceMetrics(
  { clock }: Foundation,
  live: LiveVideo,
  rtsp: RunningRtsp,
  streams: () => readonly StreamStatus[],
  storage: Parameters<typeof createMetrics>[0]["storage"],
): Metrics {
  return createMetrics({
    version,
    startedMs: clock.wallMs(),
    cameras: () => statuses(live),
    counters: () =>
      live.camera.cameras.map((camera, index) => pipelineCounters(camera, index === 0 ? "" : `${camera.status().id}/`)),
    streams,
    rtspSessions: () => rtsp.sessions.size,
    storage,
  });
}

function statuses({ camera }: LiveVideo): readonly CameraStatus[] {
  return camera.cameras.map((one) => one.status());
}

/** `prefix`: of its streams' names, beside those of the first camera. */
function pipelineCounters(camera: Camera, prefix: string): PipelineCounters {
  const { captured, corrupt, late, main, sub } = camera.counters;
  return {
    camera: camera.status().id,
    captured,
    corrupt,
    late,
    encoded: { [prefix + STREAM_NAMES.main]: main.encoded, [prefix + STREAM_NAMES.sub]: sub.encoded },
  };
}
