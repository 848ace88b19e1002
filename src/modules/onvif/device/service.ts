import { MAX_TIME_SERVERS } from "../../host/time-servers.ts";
import type { Discoverability } from "../discovery/discoverability.ts";
import { type OnvifService, serviceCapabilities } from "../operation.ts";
import { deviceCategory, deviceServiceCapabilities, ONVIF_VERSION } from "./capabilities.ts";
import { filterOperations } from "./filter-operations.ts";
import { interfaceOperations } from "./interface-operations.ts";
import { maintenanceOperations, type OnvifMaintenance } from "./maintenance-operations.ts";
import { networkOperations, type ServicePorts } from "./network-operations.ts";
import { type AuxiliaryLight, auxiliaryCommands, outputOperations } from "./output-operations.ts";
import { scopeOperations } from "./scope-operations.ts";
import { serviceOperations } from "./service-operations.ts";
import { type SystemParts, systemOperations } from "./system-operations.ts";
import { type OnvifUsers, userOperations } from "./user-operations.ts";

/** What the device service is built over. */
export interface DeviceParts {
  readonly system: SystemParts;
  readonly users: OnvifUsers;
  readonly maintenance: OnvifMaintenance;
  readonly device: Discoverability;
  readonly light: AuxiliaryLight;
  readonly ports: () => ServicePorts;
  /** All services, this one among them. */
  readonly services: () => readonly OnvifService[];
}

/** The device service (ver10). */
export function createDeviceService(parts: DeviceParts): OnvifService {
  const { system, services, light } = parts;
  const { host, note } = system;
  const abilities = {
    timeServers: host.changes === undefined ? 0 : MAX_TIME_SERVERS,
    auxiliaryCommands: () => auxiliaryCommands(light),
  };
  const service: OnvifService = {
    prefix: "tds",
    path: "/onvif/device_service",
    version: ONVIF_VERSION,
    capabilities: () => deviceServiceCapabilities(abilities),
    category: { name: "Device", describe: (xAddr) => deviceCategory(xAddr, abilities) },
    operations: {
      "tds:GetServiceCapabilities": serviceCapabilities(() => service),
      ...serviceOperations(services),
      ...systemOperations(system),
      ...maintenanceOperations(parts.maintenance),
      ...scopeOperations(parts.device),
      ...userOperations(parts.users),
      ...networkOperations(host, parts.ports, note),
      ...interfaceOperations(host, note),
      ...filterOperations(),
      ...outputOperations(light),
    },
  };
  return service;
}
