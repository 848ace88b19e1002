import type { Ptz } from "../camera/ptz/ptz.ts";
import type { Route } from "../http/route.ts";
import { createDeviceIoService } from "../modules/onvif/deviceio/service.ts";
import type { RunningDiscovery } from "../modules/onvif/discovery/service.ts";
import { createImagingService } from "../modules/onvif/imaging/service.ts";
import { onvifRoutes } from "../modules/onvif/index.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { fixedProfiles } from "../modules/onvif/profiles.ts";
import { createOnvif } from "../modules/onvif/service.ts";
import type { Foundation } from "./foundation.ts";
import { createOnvifDevice, type OnvifDeviceParts } from "./onvif-device.ts";
import { createOnvifPtz } from "./onvif-ptz.ts";

/** ONVIF as the other fronts see it. */
export interface RunningOnvif {
  readonly routes: readonly Route[];
  /** To be called when HTTP listens. */
  startDiscovery(): Promise<RunningDiscovery>;
}

/** What the services show and change. */
export interface OnvifParts extends OnvifDeviceParts {
  readonly ptz: Ptz;
}

/** Builds ONVIF's services over what the other fronts are built over. */
export function createOnvifServices(foundation: Foundation, parts: OnvifParts): RunningOnvif {
  const { clock, crypto, log } = foundation;
  const profiles = fixedProfiles();
  const device = createOnvifDevice(foundation, parts);
  const services: OnvifService[] = [];
  services.push(
    device.service(() => services),
    createOnvifPtz(foundation, parts.ptz, profiles).service,
    createImagingService(parts.store),
    createDeviceIoService(),
  );
  const onvif = createOnvif({ clock, crypto, log: log.child("onvif"), services });
  return { routes: onvifRoutes(onvif), startDiscovery: device.startDiscovery };
}
