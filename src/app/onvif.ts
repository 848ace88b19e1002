import type { Route } from "../http/route.ts";
import type { RunningDiscovery } from "../modules/onvif/discovery/service.ts";
import { onvifRoutes } from "../modules/onvif/index.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { createOnvif } from "../modules/onvif/service.ts";
import type { Foundation } from "./foundation.ts";
import { createOnvifDevice, type OnvifDeviceParts } from "./onvif-device.ts";

/** ONVIF as the other fronts see it. */
export interface RunningOnvif {
  readonly routes: readonly Route[];
  /** To be called when HTTP listens. */
  startDiscovery(): Promise<RunningDiscovery>;
}

/** Builds ONVIF's services over what the other fronts are built over. */
export function createOnvifServices(foundation: Foundation, parts: OnvifDeviceParts): RunningOnvif {
  const { clock, crypto, log } = foundation;
  const device = createOnvifDevice(foundation, parts);
  const services: OnvifService[] = [];
  services.push(device.service(() => services));
  const onvif = createOnvif({ clock, crypto, log: log.child("onvif"), services });
  return { routes: onvifRoutes(onvif), startDiscovery: device.startDiscovery };
}
