import { type Route, route } from "../../http/route.ts";
import type { Identity } from "../../identity/authenticator.ts";
import type { SystemService } from "./service.ts";

/** What the device is and how it is doing; the parts that tell about its surroundings are for those who may read the system. */
export function systemRoutes(system: SystemService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/info",
      access: "open",
      rate: "api",
      offersLogin: true,
      answer: ({ identity }) => (readsSystem(identity) ? system.description() : system.publicDescription()),
    }),
    route({
      method: "GET",
      path: "/api/status",
      access: "open",
      rate: "api",
      answer: ({ identity }) => (readsSystem(identity) ? system.status() : system.publicStatus()),
    }),
    route({
      method: "GET",
      path: "/api/camera/status",
      access: "Device_r",
      rate: "api",
      answer: () => system.cameras(),
    }),
    ...healthRoutes(system),
  ];
}

function healthRoutes(system: SystemService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/health",
      access: "open",
      rate: "api",
      answer: async () => ({ health: await system.health() }),
    }),
    route({
      method: "GET",
      path: "/health",
      access: "open",
      rate: "unlimited",
      answer: async () => Response.json(await system.health()),
    }),
    route({
      method: "GET",
      path: "/health/ready",
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
