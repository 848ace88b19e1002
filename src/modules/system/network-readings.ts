import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { NetworkDescription } from "./model.ts";

/** What the machine's network looks like, the host name aside. */
export type NetworkReadings = Omit<NetworkDescription, "hostname">;

/** Devices have a handful; containers' bridges may bring many. */
const MAX_INTERFACES = 64;
const MAX_ADDRESSES = 32;
const MAX_GATEWAYS = 16;
/** The C library asks three. */
const MAX_DNS = 8;
const RTF_GATEWAY = 2;
const HEX_OF_IPV6 = 32;

/** Reads it anew on each call; `root` stands before the paths of /proc, /sys and /etc. What cannot be read is left out. */
export function createNetworkReadings(root = ""): () => NetworkReadings {
  const read = (path: string) => {
    try {
      return readFileSync(root + path, "utf8");
    } catch {
      return "";
    }
  };
  return () => ({
    interfaces: interfaces(read),
    gateways: [...ipv4Gateways(read("/proc/net/route")), ...ipv6Gateways(read("/proc/net/ipv6_route"))].slice(
      0,
      MAX_GATEWAYS,
    ),
    dns: resolvers(resolverFile(read)),
  });
}

function interfaces(read: (path: string) => string): NetworkReadings["interfaces"] {
  return Object.entries(networkInterfaces())
    .slice(0, MAX_INTERFACES)
    .map(([name, addresses = []]) => ({
      name,
      mac: addresses[0]?.mac ?? "",
      state: read(`/sys/class/net/${name}/operstate`).trim() || "unknown",
      addresses: addresses.slice(0, MAX_ADDRESSES).map(({ address, family, cidr, internal }) => ({
        address,
        family: family === "IPv6" ? ("ipv6" as const) : ("ipv4" as const),
        prefix: Number(cidr?.split("/")[1] ?? 0),
        internal,
      })),
    }));
}

/** Lines of /proc/net/route after its heading: interface, destination, gateway, flags; addresses in hex, bytes reversed. */
function ipv4Gateways(text: string): NetworkReadings["gateways"] {
  return rows(text).flatMap(([name = "", destination, gateway = "", flags = ""]) => {
    if (destination !== "00000000" || (Number.parseInt(flags, 16) & RTF_GATEWAY) === 0) return [];
    const bytes = gateway.match(/../g)?.reverse() ?? [];
    return [
      { address: bytes.map((byte) => Number.parseInt(byte, 16)).join("."), interface: name, family: "ipv4" as const },
    ];
  });
}

/** Lines of /proc/net/ipv6_route: destination, its prefix, source, its prefix, next hop, metric, two counters, flags, interface. */
function ipv6Gateways(text: string): NetworkReadings["gateways"] {
  return rows(text).flatMap((columns) => {
    const [destination = "", prefix, , , nextHop = "", , , , , name = ""] = columns;
    if (/[^0]/.test(destination) || prefix !== "00" || nextHop.length !== HEX_OF_IPV6 || !/[^0]/.test(nextHop))
      return [];
    const address = new URL(`http://[${nextHop.match(/.{4}/g)?.join(":")}]`).hostname.slice(1, -1);
    return [{ address, interface: name, family: "ipv6" as const }];
  });
}

/** systemd-resolved puts itself into the usual file, and those that it asks into another. */
function resolverFile(read: (path: string) => string): string {
  const text = read("/etc/resolv.conf");
  const behind = /^nameserver\s+127\.0\.0\.53\s*$/m.test(text) ? read("/run/systemd/resolve/resolv.conf") : "";
  return behind === "" ? text : behind;
}

function resolvers(text: string): NetworkReadings["dns"] {
  const lines = rows(text);
  const words = (keyword: string) => lines.flatMap(([first, ...rest]) => (first === keyword ? rest : []));
  return { servers: words("nameserver").slice(0, MAX_DNS), search: words("search").slice(0, MAX_DNS) };
}

function rows(text: string): readonly (readonly string[])[] {
  return text.split("\n").map((line) => line.trim().split(/\s+/));
}
