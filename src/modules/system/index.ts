import { array, object, union } from "valibot";
import { type Route, route } from "../../http/route.ts";
import type { Identity } from "../../identity/authenticator.ts";
import {
  CameraDetails,
  ClockDescription,
  DeviceDescription,
  DeviceStatus,
  Health,
  NetworkDescription,
  PublicDescription,
  PublicStatus,
  Readiness,
} from "./model.ts";
import type { SystemService } from "./service.ts";

/** What the device is and how it is doing; the parts that tell about its surroundings are for those who may read the system. */
export function systemRoutes(system: SystemService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/info",
      tag: "system",
      summary: "What the device is",
      success: { data: union([DeviceDescription, PublicDescription]) },
      access: "open",
      rate: "api",
      offersLogin: true,
      answer: ({ identity }) => (readsSystem(identity) ? system.description() : system.publicDescription()),
    }),
    route({
      method: "GET",
      path: "/api/status",
      tag: "system",
      summary: "How the device is doing",
      success: { data: union([DeviceStatus, PublicStatus]) },
      access: "open",
      rate: "api",
      answer: ({ identity }) => (readsSystem(identity) ? system.status() : system.publicStatus()),
    }),
    route({
      method: "GET",
      path: "/api/camera/status",
      tag: "system",
      summary: "The cameras",
      success: { data: array(CameraDetails) },
      access: "Device_r",
      rate: "api",
      answer: () => system.cameras(),
    }),
    route({
      method: "GET",
      path: "/api/system/time",
      tag: "system",
      summary: "The device's clock, what keeps it right and whether it is",
      success: { data: ClockDescription },
      access: "System_r",
      rate: "api",
      answer: () => system.time(),
    }),
    route({
      method: "GET",
      path: "/api/network",
      tag: "system",
      summary: "Interfaces, addresses, gateways and name servers",
      success: { data: NetworkDescription },
      access: "Network_r",
      rate: "api",
      answer: () => system.network(),
    }),
    ...healthRoutes(system),
  ];
}

function healthRoutes(system: SystemService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/health",
      tag: "system",
      summary: "Health inside the envelope",
      success: { data: object({ health: Health }) },
      access: "open",
      rate: "api",
      answer: async () => ({ health: await system.health() }),
    }),
    route({
      method: "GET",
      path: "/health",
      tag: "system",
      summary: "Health for supervisors",
      success: { bare: Health },
      access: "open",
      rate: "unlimited",
      answer: async () => Response.json(await system.health()),
    }),
    route({
      method: "GET",
      path: "/health/ready",
      tag: "system",
      summary: "Whether pictures are being produced",
      success: { bare: Readiness, also: [503] },
      access: "open",
      rate: "unlimited",
      answer: () => {
        const ready = system.ready();
        return Response.json({ status: ready ? "ready" : "no picture" }, { status: ready ? 200 : 503 });
      },
    }),
  ];
}

function readsSystem(identity: Identity): boolean {
  return identity.permissions.has("System_r");
}
