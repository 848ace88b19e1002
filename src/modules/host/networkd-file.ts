import { readFileSync, writeFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";
import { completed, type InterfaceChange, type InterfaceState, isIpv6, mergedGateways } from "./interface-change.ts";

/** It sorts before what distributions and owners write. */
function pathOf(name: string, root: string): string {
  return `${root}/etc/systemd/network/00-rotordream-${name}.network`;
}

/** Writes an interface's file anew, with all that was asked for before. Throws AppError `unavailable`. */
export function changeNetworkdFile(state: InterfaceState, asked: InterfaceChange, root = ""): void {
  const written = writtenChange(state.name, root);
  const text = networkdFile(state, completed(state, written === undefined ? asked : merged(written, asked)));
  try {
    writeFileSync(pathOf(state.name, root), text);
  } catch {
    throw new AppError("unavailable", "The network cannot be written; the server's user needs the right to");
  }
}

/** What the file that we wrote says; undefined: we wrote none. */
export function writtenChange(name: string, root = ""): InterfaceChange | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(name, root), "utf8");
  } catch {
    return undefined;
  }
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value.trim());
  const addresses = values("Address").map((one) => {
    const [address = "", prefix] = one.split("/");
    return { address, prefix: Number(prefix) };
  });
  const search = values("Domains").flatMap((line) => line.split(" "));
  return {
    mtu: Number(values("MTUBytes")[0]) || undefined,
    ipv4: { dhcp: values("DHCP")[0] !== "no", addresses: addresses.filter(({ address }) => !isIpv6(address)) },
    ipv6: {
      automatic: values("IPv6AcceptRA")[0] === "yes",
      addresses: addresses.filter(({ address }) => isIpv6(address)),
    },
    gateways: values("Gateway"),
    dns: { servers: values("UseDNS").includes("no") ? values("DNS") : undefined, search },
  };
}

/** What is asked for over what was. Who takes DHCP, or what routers tell, gives up what stood in its place. */
function merged(written: InterfaceChange, asked: InterfaceChange): InterfaceChange {
  const takesDhcp = asked.ipv4?.dhcp === true && written.ipv4?.dhcp === false;
  const takesRouters = asked.ipv6?.automatic === true && written.ipv6?.automatic === false;
  const gateways = written.gateways?.filter((one) => !(isIpv6(one) ? takesRouters : takesDhcp)) ?? [];
  const dns = asked.dns ?? (takesDhcp ? undefined : written.dns);
  return {
    mtu: asked.mtu ?? written.mtu,
    ipv4: asked.ipv4 ?? written.ipv4,
    ipv6: asked.ipv6 ?? written.ipv6,
    gateways: mergedGateways(asked.gateways ?? [], gateways),
    ...(dns && { dns }),
  };
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
    ...mergedGateways(change.gateways ?? [], own).map((gateway) => `Gateway=${gateway}`),
    ...(dns.servers ?? []).map((server) => `DNS=${server}`),
    ...(dns.search.length === 0 ? [] : [`Domains=${dns.search.join(" ")}`]),
    ...(dns.servers === undefined ? [] : ["[DHCPv4]", "UseDNS=no", "[IPv6AcceptRA]", "UseDNS=no"]),
  ];
  return `${lines.join("\n")}\n`;
}
