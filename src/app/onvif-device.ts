import { readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { version } from "../../package.json" with { type: "json" };
import { attempt } from "../config/proc.ts";
import { systemScheduler } from "../core/scheduler.ts";
import { createHost } from "../modules/host/service.ts";
import { runTool } from "../modules/host/tools.ts";
import type { MaintenanceService } from "../modules/maintenance/service.ts";
import { createDeviceService } from "../modules/onvif/device/service.ts";
import { Discoverability } from "../modules/onvif/discovery/discoverability.ts";
import { linksOf } from "../modules/onvif/discovery/links.ts";
import { type RunningDiscovery, startDiscovery } from "../modules/onvif/discovery/service.ts";
import { actorOf, type OnvifService } from "../modules/onvif/operation.ts";
import { createClockReadings } from "../modules/system/clock-readings.ts";
import { createNetworkReadings } from "../modules/system/network-readings.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import { OnvifStore } from "../storage/onvif-store.ts";
import type { OpenPorts } from "./features.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";

/** What ONVIF's device service and discovery need beside the foundation. */
export interface OnvifDeviceParts {
  readonly maintenance: MaintenanceService;
  readonly store: SettingsStore;
  /** 0 before a front listens. */
  readonly ports: Readonly<OpenPorts>;
  readonly hasPtz: boolean;
}

/** The device as ONVIF's clients see it. */
export interface OnvifDevice {
  service(services: () => readonly OnvifService[]): OnvifService;
  /** To be called when HTTP listens. */
  startDiscovery(): Promise<RunningDiscovery>;
}

const SCOPE = "onvif://www.onvif.org";
/** The light that ONVIF's clients switch: its first. */
const LIGHT = "cam1-light";

/** Builds the device service and discovery over one identity. */
export function createOnvifDevice(foundation: Foundation, parts: OnvifDeviceParts): OnvifDevice {
  const { clock, database, audit, config, identity } = foundation;
  const kept = new OnvifStore(database, audit);
  const device = new Discoverability(kept, scopes(parts.hasPtz));
  const host = createHost({
    network: createNetworkReadings(),
    clock: createClockReadings(),
    run: runTool,
    scheduler: systemScheduler,
    isOurs: config.onvif.manageHost,
  });
  const { store, maintenance } = parts;
  return {
    service: (services) =>
      createDeviceService({
        system: {
          clock,
          host,
          note: (actor, subject, value) => audit.record(actor, "settings-changed", `host.${subject}`, { value }),
          facts: {
            manufacturer: PRODUCT,
            model: PRODUCT,
            firmwareVersion: version,
            serialNumber: serialNumber(kept.endpoint),
            hardwareId: treeText("model") ?? process.arch,
          },
        },
        users: identity.users,
        maintenance: { ...maintenance, managesHost: config.onvif.manageHost },
        device,
        light: {
          exists: () => store.facts(LIGHT).supported,
          set: async (on, caller) => void (await store.update({ [LIGHT]: on }, actorOf(caller))),
        },
        ports: () => parts.ports,
        services,
      }),
    startDiscovery: async () =>
      config.discovery ? await discover(foundation, kept, device, parts.ports) : { stop: async () => {} },
  };
}

function discover(
  { clock, crypto, config, log }: Foundation,
  store: OnvifStore,
  device: Discoverability,
  ports: Readonly<OpenPorts>,
): Promise<RunningDiscovery> {
  return startDiscovery({
    clock,
    crypto,
    scheduler: systemScheduler,
    log: log.child("discovery"),
    store,
    device,
    // a sandbox without netlink sockets shows none
    links: () => linksOf(attempt(networkInterfaces, {}), config.server.listen),
    xAddr: (address) => {
      const host = address.includes(":") ? `[${address}]` : address;
      const { requireTls } = config.server;
      const [scheme, port] = requireTls ? ["https", ports.https] : ["http", ports.http];
      return `${scheme}://${host}:${port}/onvif/device_service`;
    },
  });
}

function scopes(hasPtz: boolean): { readonly fixed: readonly string[]; readonly defaults: readonly string[] } {
  const fixed = ["type/video_encoder", "Profile/Streaming", "Profile/T", `hardware/${PRODUCT}`];
  const defaults = [`name/${encodeURIComponent(hostname() || PRODUCT)}`, "location/unknown"];
  const absolute = (paths: readonly string[]) => paths.map((path) => `${SCOPE}/${path}`);
  return { fixed: absolute([...fixed, ...(hasPtz ? ["type/ptz"] : [])]), defaults: absolute(defaults) };
}

/** The board's own, else a part of the endpoint's UUID that no other device has. */
function serialNumber(endpoint: string): string {
  return treeText("serial-number") ?? endpoint.slice(-12).toUpperCase();
}

/** A text of the device tree, which boards have and PCs do not. */
function treeText(name: string): string | undefined {
  try {
    return readFileSync(`/proc/device-tree/${name}`, "utf8").replaceAll("\0", "").trim().slice(0, 64) || undefined;
  } catch {
    return undefined;
  }
}
