import type { MaintenanceService } from "../modules/maintenance/service.ts";
import { createDeviceIoService } from "../modules/onvif/deviceio/service.ts";
import type { RunningDiscovery } from "../modules/onvif/discovery/service.ts";
import { createImagingService } from "../modules/onvif/imaging/service.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { createOnvif, type Onvif } from "../modules/onvif/service.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { FeatureParts } from "./features.ts";
import { createOnvifAnalytics } from "./onvif-analytics.ts";
import { createOnvifDevice } from "./onvif-device.ts";
import { createOnvifEvents } from "./onvif-events.ts";
import { createOnvifMedia } from "./onvif-media.ts";
import { createOnvifPtz } from "./onvif-ptz.ts";

/** ONVIF as the other fronts see it. */
export interface RunningOnvif {
  readonly front: Onvif;
  /** To be called when HTTP listens. */
  startDiscovery(): Promise<RunningDiscovery>;
  /** Answers who still waits. */
  stop(): void;
}

/** Builds ONVIF's services over what the other fronts are built over. */
export function createOnvifServices(
  parts: FeatureParts,
  store: SettingsStore,
  maintenance: MaintenanceService,
): RunningOnvif {
  const { foundation, devices, profiles, ports } = parts;
  const { clock, crypto, log } = foundation;
  const device = createOnvifDevice(foundation, { maintenance, store, ports, hasPtz: devices.hardware().ptz });
  const ptz = createOnvifPtz(foundation, devices.movement, profiles.media);
  const events = createOnvifEvents(parts);
  const services: OnvifService[] = [];
  services.push(
    device.service(() => services),
    ...createOnvifMedia(parts, store, ptz.configuration, events.synchronizeMetadata),
    ptz.service,
    events.service,
    createOnvifAnalytics(store),
    createImagingService(store),
    createDeviceIoService(),
  );
  const front = createOnvif({
    clock,
    crypto,
    log: log.child("onvif"),
    services,
    requiresTls: () => foundation.config.server.requireTls,
  });
  return { front, startDiscovery: device.startDiscovery, stop: () => events.stop() };
}
