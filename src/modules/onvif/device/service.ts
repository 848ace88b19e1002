import { type OnvifService, serviceCapabilities } from "../operation.ts";
import { deviceCategory, deviceServiceCapabilities, ONVIF_VERSION } from "./capabilities.ts";
import { serviceOperations } from "./service-operations.ts";
import { type SystemParts, systemOperations } from "./system-operations.ts";

/** What the device service is built over. */
export interface DeviceParts {
  readonly system: SystemParts;
  /** All services, this one among them. */
  readonly services: () => readonly OnvifService[];
}

/** The device service (ver10). */
export function createDeviceService({ system, services }: DeviceParts): OnvifService {
  const service: OnvifService = {
    prefix: "tds",
    path: "/onvif/device_service",
    version: ONVIF_VERSION,
    capabilities: deviceServiceCapabilities,
    category: { name: "Device", describe: deviceCategory },
    operations: {
      "tds:GetServiceCapabilities": serviceCapabilities(() => service),
      ...serviceOperations(services),
      ...systemOperations(system),
    },
  };
  return service;
}
