import { existsSync, readFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import {
  completed,
  type InterfaceChange,
  type InterfaceState,
  isIpv6,
  type PrefixedAddress,
} from "./interface-change.ts";
import { hasDhcpAddress, type InterfaceFacts } from "./interfaces.ts";
import { changeNetworkdFile, writtenChange } from "./networkd-file.ts";
import { mustRun, type RunTool } from "./tools.ts";

/** The change is kept at once and takes effect so much later: the answer still leaves by the old address. */
const EFFECT_AFTER_MS = 1000;

/** Changes an interface through NetworkManager or systemd-networkd, whichever has it. Throws AppError `not-supported`, `unavailable`. */
export async function changeInterface(
  state: InterfaceState,
  asked: InterfaceChange,
  { run, scheduler, root = "" }: { readonly run: RunTool; readonly scheduler: Scheduler; readonly root?: string },
): Promise<void> {
  const { name } = state;
  const later = (...commands: readonly (readonly string[])[]) =>
    scheduler.after(EFFECT_AFTER_MS, async () => {
      for (const command of commands) await run(command);
    });
  const connection = await connectionOf(name, run);
  if (connection) {
    const settings = networkManagerSettings(completed(state, asked));
    if (settings.length > 0) await mustRun(run, ["nmcli", "connection", "modify", "uuid", connection, ...settings]);
    later(["nmcli", "connection", "up", "uuid", connection]);
    return;
  }
  if (!isNetworkdLink(name, root))
    throw new AppError("not-supported", "Neither NetworkManager nor systemd-networkd has this interface");
  changeNetworkdFile(state, asked, root);
  later(["networkctl", "reload"], ["networkctl", "reconfigure", name]);
}

/** Whether an interface takes the name servers that DHCP tells: who has an address of it asks for them too, unless they were told otherwise. */
export async function takesDhcpDns({ name, addresses }: InterfaceFacts, run: RunTool, root = ""): Promise<boolean> {
  if (!hasDhcpAddress(addresses)) return false;
  const connection = await connectionOf(name, run);
  if (!connection) return writtenChange(name, root)?.dns?.servers === undefined;
  const ignores = await run(["nmcli", "-g", "ipv4.ignore-auto-dns", "connection", "show", "uuid", connection]);
  return ignores?.trim() !== "yes";
}

/** NetworkManager's UUID of what the interface runs; undefined or empty: it has none. */
async function connectionOf(name: string, run: RunTool): Promise<string | undefined> {
  return (await run(["nmcli", "-g", "GENERAL.CON-UUID", "device", "show", name]))?.trim();
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
