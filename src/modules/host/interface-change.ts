import { hasDhcpAddress, type InterfaceFacts } from "./interfaces.ts";

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

/** Whether an address is one of IPv6. */
export function isIpv6(address: string): boolean {
  return address.includes(":");
}

/** Gateways that are asked for, and of the families that have none there those that were. */
export function mergedGateways(asked: readonly string[], were: readonly string[]): readonly string[] {
  return [...asked, ...were.filter((one) => !asked.some((other) => isIpv6(other) === isIpv6(one)))];
}

/** Who leaves DHCP would lose the gateway and the name servers that it told: they stay, unless there are others. */
export function completed(state: InterfaceState, change: InterfaceChange): InterfaceChange {
  if (change.ipv4 === undefined || change.ipv4.dhcp || !hasDhcpAddress(state.addresses)) return change;
  const told = state.gateways.filter((one) => !isIpv6(one));
  const dns =
    change.dns?.servers === undefined ? { ...state.dns, ...(change.dns && { search: change.dns.search }) } : change.dns;
  return { ...change, gateways: mergedGateways(change.gateways ?? [], told), dns };
}
