import { hostname } from "node:os";
import type { Scheduler } from "../../core/scheduler.ts";
import type { ClockReadings } from "../system/clock-readings.ts";
import type { NetworkReadings } from "../system/network-readings.ts";
import type { InterfaceChange } from "./interface-change.ts";
import { type InterfaceFacts, interfaceFacts } from "./interfaces.ts";
import { changeInterface, takesDhcpDns } from "./network-settings.ts";
import { setTimeServers, type TimeServers, timeServers } from "./time-servers.ts";
import { posixTimeZone, zoneName } from "./time-zone.ts";
import { mustRun, type RunTool } from "./tools.ts";

/** The machine as it is, read anew at each call. */
export interface Host {
  name(): string;
  timeZone(): string;
  clock(): ClockReadings;
  timeServers(): TimeServers;
  interfaces(): Promise<readonly InterfaceFacts[]>;
  /** That which leads out, where name servers are set. */
  mainInterface(): Promise<InterfaceFacts | undefined>;
  takesDhcpDns(one: InterfaceFacts): Promise<boolean>;
  network(): NetworkReadings;
  /** Undefined: the machine is not ours to change (`onvif.manage_host`). */
  readonly changes: HostChanges | undefined;
}

/** Changes to the machine, through the tools of its distribution. All throw AppError `not-supported`, `unavailable`. */
export interface HostChanges {
  setName(name: string): Promise<void>;
  /** The name under which the system knows a zone of POSIX's form or a name; undefined: it has none like it. Reads many files. */
  zoneName(text: string): string | undefined;
  /** `zone` is a name that the system has. */
  setTimeZone(zone: string): Promise<void>;
  /** Sets the clock by hand, which ends its keeping. */
  setTime(unixMs: number): Promise<void>;
  keepTime(): Promise<void>;
  /** Undefined: those that the network tells. */
  setTimeServers(servers: readonly string[] | undefined): Promise<void>;
  changeInterface(name: string, change: InterfaceChange): Promise<void>;
}

/** What it is built over. */
export interface HostParts {
  readonly network: () => NetworkReadings;
  readonly clock: () => ClockReadings;
  readonly run: RunTool;
  readonly scheduler: Scheduler;
  readonly isOurs: boolean;
  readonly root?: string;
}

/** The machine that the server runs on. */
export function createHost(parts: HostParts): Host {
  const { network, clock, run, isOurs, root = "" } = parts;
  const interfaces = () => interfaceFacts(network(), run, root);
  return {
    name: () => hostname(),
    timeZone: () => posixTimeZone(process.env.TZ || undefined, root),
    clock,
    timeServers: () => timeServers(clock().source, root),
    interfaces,
    mainInterface: async () => {
      const all = await interfaces();
      return all.find(({ name }) => name === network().gateways[0]?.interface) ?? all[0];
    },
    takesDhcpDns: (one) => takesDhcpDns(one, run, root),
    network,
    changes: isOurs ? createChanges(parts) : undefined,
  };
}

function createChanges({ network, clock, run, scheduler, root = "" }: HostParts): HostChanges {
  const must = async (...command: readonly string[]) => void (await mustRun(run, command));
  return {
    setName: (name) => must("hostnamectl", "set-hostname", name),
    zoneName: (text) => zoneName(text, root),
    setTimeZone: (zone) => must("timedatectl", "set-timezone", zone),
    setTime: async (unixMs) => {
      await must("timedatectl", "set-ntp", "false");
      await must("timedatectl", "set-time", `${new Date(unixMs).toISOString().slice(0, 19).replace("T", " ")} UTC`);
    },
    keepTime: () => must("timedatectl", "set-ntp", "true"),
    setTimeServers: (servers) => setTimeServers(clock().source, servers, run, root),
    changeInterface: async (name, change) => {
      const readings = network();
      const facts = (await interfaceFacts(readings, run, root)).find((one) => one.name === name);
      if (facts === undefined) return;
      const gateways = readings.gateways.filter((one) => one.interface === name).map(({ address }) => address);
      await changeInterface({ ...facts, gateways, dns: readings.dns }, change, { run, scheduler, root });
    },
  };
}
