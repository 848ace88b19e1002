import { existsSync, readFileSync } from "node:fs";
import type { NetworkReadings } from "../system/network-readings.ts";
import type { RunTool } from "./tools.ts";

/** An address of an interface and who gave it. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  readonly prefix: number;
  readonly origin: "manual" | "dhcp" | "link-local" | "router";
}

/** An interface as it is. */
export interface InterfaceFacts {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number | undefined;
  /** Undefined where the hardware has no such thing, or no cable. */
  readonly link: { readonly speedMbps: number; readonly isFullDuplex: boolean } | undefined;
  readonly isWireless: boolean;
  readonly acceptsRouters: boolean;
  readonly addresses: readonly InterfaceAddress[];
}

/** The interfaces to the outside; loopback where there is no other. */
export async function interfaceFacts(
  readings: NetworkReadings,
  run: RunTool,
  root = "",
): Promise<readonly InterfaceFacts[]> {
  const dynamic = dynamicAddresses(await run(["ip", "-j", "address", "show"]));
  const all = readings.interfaces.map((one) => ({ ...one, isOuter: one.addresses.some(({ internal }) => !internal) }));
  const outer = all.filter(({ isOuter }) => isOuter);
  const read = (path: string) => {
    try {
      return readFileSync(root + path, "utf8").trim();
    } catch {
      return "";
    }
  };
  return (outer.length > 0 ? outer : all).map(({ name, mac, addresses }) => {
    const device = `/sys/class/net/${name}`;
    const speedMbps = Number(read(`${device}/speed`) || -1);
    return {
      name,
      mac,
      mtu: Number(read(`${device}/mtu`)) || undefined,
      link: speedMbps > 0 ? { speedMbps, isFullDuplex: read(`${device}/duplex`) !== "half" } : undefined,
      isWireless: existsSync(`${root}${device}/wireless`),
      acceptsRouters: !["", "0"].includes(read(`/proc/sys/net/ipv6/conf/${name}/accept_ra`)),
      addresses: addresses.map(({ address, family, prefix }) => ({
        address,
        family,
        prefix,
        origin: originOf(address, family, prefix, dynamic.has(address)),
      })),
    };
  });
}

/** Whether DHCP gave one of these, over IPv4. */
export function hasDhcpAddress(addresses: readonly InterfaceAddress[]): boolean {
  return addresses.some(({ family, origin }) => family === "ipv4" && origin === "dhcp");
}

function originOf(
  address: string,
  family: InterfaceAddress["family"],
  prefix: number,
  isDynamic: boolean,
): InterfaceAddress["origin"] {
  if (/^(169\.254\.|fe[89ab])/i.test(address)) return "link-local";
  if (!isDynamic) return "manual";
  // DHCPv6 gives single addresses, routers give prefixes
  return family === "ipv4" || prefix === 128 ? "dhcp" : "router";
}

/** Those that end by themselves, as `ip -j address` tells. */
function dynamicAddresses(json: string | undefined): ReadonlySet<string> {
  const links = parsed(json);
  const addresses = links.flatMap((link) => (Array.isArray(link.addr_info) ? link.addr_info : []));
  return new Set(addresses.filter(({ dynamic }) => dynamic === true).map(({ local }) => String(local)));
}

function parsed(json: string | undefined): readonly { readonly addr_info?: readonly Record<string, unknown>[] }[] {
  try {
    const value: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
