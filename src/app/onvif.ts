import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import type { Ptz } from "../camera/ptz/ptz.ts";
import type { Route } from "../http/route.ts";
import { createDeviceService } from "../modules/onvif/device/service.ts";
import { createDeviceIoService } from "../modules/onvif/deviceio/service.ts";
import { createImagingService } from "../modules/onvif/imaging/service.ts";
import { onvifRoutes } from "../modules/onvif/index.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { fixedProfiles } from "../modules/onvif/profiles.ts";
import { createOnvif } from "../modules/onvif/service.ts";
import { createClockReadings } from "../modules/system/clock-readings.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import { createOnvifPtz } from "./onvif-ptz.ts";

/** ONVIF as the other fronts see it. */
export interface RunningOnvif {
  readonly routes: readonly Route[];
}

/** What the services show and change. */
export interface OnvifDevice {
  readonly ptz: Ptz;
  readonly store: SettingsStore;
}

/** Builds ONVIF's services over what the other fronts are built over. */
export function createOnvifServices(foundation: Foundation, { ptz, store }: OnvifDevice): RunningOnvif {
  const { clock, crypto, log } = foundation;
  const profiles = fixedProfiles();
  const readClock = createClockReadings();
  const services: OnvifService[] = [];
  services.push(
    createDeviceService({
      system: {
        clock,
        facts: {
          manufacturer: PRODUCT,
          model: PRODUCT,
          firmwareVersion: version,
          serialNumber: hostname(),
          hardwareId: process.arch,
        },
        isSynchronized: () => readClock().synchronized === "yes",
        timeZone: () => "UTC0",
      },
      services: () => services,
    }),
    createOnvifPtz(foundation, ptz, profiles).service,
    createImagingService(store),
    createDeviceIoService(),
  );
  const onvif = createOnvif({ clock, crypto, log: log.child("onvif"), services });
  return { routes: onvifRoutes(onvif) };
}
