import { hostname } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import type { Route } from "../http/route.ts";
import { createDeviceService } from "../modules/onvif/device/service.ts";
import { onvifRoutes } from "../modules/onvif/index.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { createOnvif } from "../modules/onvif/service.ts";
import { createClockReadings } from "../modules/system/clock-readings.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";
import { createOnvifAnalytics } from "./onvif-analytics.ts";
import { createOnvifEvents } from "./onvif-events.ts";

/** ONVIF as the other fronts see it. */
export interface RunningOnvif {
  readonly routes: readonly Route[];
  /** Answers who still waits. */
  stop(): void;
}

/** Builds ONVIF's services over what the other fronts are built over. */
export function createOnvifServices(foundation: Foundation, live: LiveVideo, store: SettingsStore): RunningOnvif {
  const { clock, crypto, log } = foundation;
  const events = createOnvifEvents(foundation, live);
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
    events.service,
    createOnvifAnalytics(store),
  );
  const onvif = createOnvif({ clock, crypto, log: log.child("onvif"), services });
  return { routes: onvifRoutes(onvif), stop: () => events.stop() };
}
