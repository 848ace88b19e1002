import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { InterfaceFacts } from "./interfaces.ts";
import { mustRun, type RunTool } from "./tools.ts";

/** An address with its subnet's bits. */
export interface PrefixedAddress {
  readonly address: string;
  readonly prefix: number;
}

/** What of an interface is to be another; what is undefined stays. All values were checked. */
export interface InterfaceChange {
  readonly mtu?: number | undefined;
  readonly ipv4?: { readonly dhcp: boolean; readonly addresses: readonly PrefixedAddress[] } | undefined;
  readonly ipv6?: { readonly automatic: boolean; readonly addresses: readonly PrefixedAddress[] } | undefined;
  /** Those of a family that has none here stay. */
  readonly gateways?: readonly string[];
  /** `servers` undefined: those that DHCP tells. */
  readonly dns?: { readonly servers: readonly string[] | undefined; readonly search: readonly string[] };
}

/** An interface as it is, with what belongs to it elsewhere. */
export interface InterfaceState extends InterfaceFacts {
  readonly gateways: readonly string[];
  readonly dns: { readonly servers: readonly string[]; readonly search: readonly string[] };
}

/** The change is kept at once and takes effect so much later: the answer still leaves by the old address. */
const EFFECT_AFTER_MS = 1000;
const isIpv6 = (address: string) => address.includes(":");

/** Changes an interface through NetworkManager or systemd-networkd, whichever has it. Throws AppError `not-supported`, `unavailable`. */
export async function changeInterface(
  state: InterfaceState,
  asked: InterfaceChange,
  { run, scheduler, root = "" }: { readonly run: RunTool; readonly scheduler: Scheduler; readonly root?: string },
): Promise<void> {
  const { name } = state;
  const change = completed(state, asked);
  const later = (...commands: readonly (readonly string[])[]) =>
    scheduler.after(EFFECT_AFTER_MS, async () => {
      for (const command of commands) await run(command);
    });
  const connection = (await run(["nmcli", "-g", "GENERAL.CON-UUID", "device", "show", name]))?.trim();
  if (connection) {
    const settings = networkManagerSettings(change);
    if (settings.length > 0) await mustRun(run, ["nmcli", "connection", "modify", "uuid", connection, ...settings]);
    later(["nmcli", "connection", "up", "uuid", connection]);
    return;
  }
  if (!isNetworkdLink(name, root))
    throw new AppError("not-supported", "Neither NetworkManager nor systemd-networkd has this interface");
  try {
    // sorts before what distributions and owners write
    writeFileSync(`${root}/etc/systemd/network/00-rotordream-${name}.network`, networkdFile(state, change));
  } catch {
    throw new AppError("unavailable", "The network cannot be written; the server's user needs the right to");
  }
  later(["networkctl", "reload"], ["networkctl", "reconfigure", name]);
}

/** Who leaves DHCP would lose the gateway and the name servers that it told: they stay, unless others are asked for. */
export function completed(state: InterfaceState, change: InterfaceChange): InterfaceChange {
  const wasDhcp = state.addresses.some(({ family, origin }) => family === "ipv4" && origin === "dhcp");
  if (change.ipv4 === undefined || change.ipv4.dhcp || !wasDhcp) return change;
  return { gateways: state.gateways.filter((one) => !isIpv6(one)), dns: state.dns, ...change };
}

/** Pairs of property and value for `nmcli connection modify`. */
export function networkManagerSettings({ mtu, ipv4, ipv6, gateways, dns }: InterfaceChange): readonly string[] {
  const join = (addresses: readonly PrefixedAddress[]) =>
    addresses.map(({ address, prefix }) => `${address}/${prefix}`).join(",");
  const settings: string[] = [];
  if (mtu !== undefined) settings.push("802-3-ethernet.mtu", String(mtu));
  if (ipv4 !== undefined)
    settings.push("ipv4.method", ipv4.dhcp ? "auto" : "manual", "ipv4.addresses", join(ipv4.addresses));
  if (ipv4?.dhcp) settings.push("ipv4.gateway", "");
  if (ipv6 !== undefined) {
    const method = ipv6.automatic ? "auto" : ipv6.addresses.length > 0 ? "manual" : "link-local";
    settings.push("ipv6.method", method, "ipv6.addresses", join(ipv6.addresses));
  }
  for (const gateway of gateways ?? []) settings.push(isIpv6(gateway) ? "ipv6.gateway" : "ipv4.gateway", gateway);
  if (dns !== undefined) {
    const { servers = [], search } = dns;
    const own = dns.servers === undefined ? "no" : "yes";
    for (const family of ["ipv4", "ipv6"] as const) {
      const ofFamily = servers.filter((server) => isIpv6(server) === (family === "ipv6"));
      settings.push(`${family}.dns`, ofFamily.join(","), `${family}.dns-search`, search.join(","));
      settings.push(`${family}.ignore-auto-dns`, own);
    }
  }
  return settings;
}

/** The whole file: systemd-networkd takes the first that fits an interface and no other. */
export function networkdFile(state: InterfaceState, change: InterfaceChange): string {
  const of = (family: "ipv4" | "ipv6", origin: string) =>
    state.addresses.filter((one) => one.family === family && one.origin === origin);
  const ipv4 = change.ipv4 ?? { dhcp: of("ipv4", "dhcp").length > 0, addresses: of("ipv4", "manual") };
  const ipv6 = change.ipv6 ?? { automatic: state.acceptsRouters, addresses: of("ipv6", "manual") };
  const isDhcp = ipv4.dhcp;
  // what DHCP and routers told comes from them again
  const own = state.gateways.filter((one) => (isIpv6(one) ? !ipv6.automatic : !isDhcp));
  const asked = change.gateways ?? [];
  const gateways = [...asked, ...own.filter((one) => !asked.some((other) => isIpv6(other) === isIpv6(one)))];
  const dns = change.dns ?? { ...state.dns, servers: isDhcp ? undefined : state.dns.servers };
  const lines = [
    "# Written by RotorDream (onvif.manage_host)",
    "[Match]",
    `Name=${state.name}`,
    ...(change.mtu === undefined ? [] : ["[Link]", `MTUBytes=${change.mtu}`]),
    "[Network]",
    `DHCP=${isDhcp ? "ipv4" : "no"}`,
    `IPv6AcceptRA=${ipv6.automatic ? "yes" : "no"}`,
    ...[...ipv4.addresses, ...ipv6.addresses].map(({ address, prefix }) => `Address=${address}/${prefix}`),
    ...gateways.map((gateway) => `Gateway=${gateway}`),
    ...(dns.servers ?? []).map((server) => `DNS=${server}`),
    ...(dns.search.length === 0 ? [] : [`Domains=${dns.search.join(" ")}`]),
    ...(dns.servers === undefined ? [] : ["[DHCPv4]", "UseDNS=no", "[IPv6AcceptRA]", "UseDNS=no"]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Whether systemd-networkd is the one that set the interface up. */
function isNetworkdLink(name: string, root: string): boolean {
  try {
    const index = readFileSync(`${root}/sys/class/net/${name}/ifindex`, "utf8").trim();
    const path = `${root}/run/systemd/netif/links/${index}`;
    return existsSync(path) && !/^ADMIN_STATE=unmanaged$/m.test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}
