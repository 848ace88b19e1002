import { isIPv4, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { type Candidate, candidatePriority } from "../../ice/candidate.ts";
import { canonicalIpAddress } from "../../ice/ip-address.ts";

/** What decides which of our addresses a browser is told of. */
export interface CandidateRules {
  /** Names of interfaces to use; empty: all. */
  readonly interfaces: readonly string[];
  /** Addresses under which a router passes our ports through (1:1 NAT). */
  readonly natAddresses: readonly string[];
}

/** Addresses offered of one session; more would only slow browsers down. */
const MAX_ADDRESSES = 16;
const BEST_PREFERENCE = 65_535;

/**
 * Addresses that a socket bound to `listen` can be reached at, best first: itself, or for "any" those of the interfaces. Link-local IPv6
 * ones are left out, since nobody can write their zone in SDP; loopback ones only stand where nothing else does.
 */
export function reachableAddresses(
  listen: string,
  { interfaces }: Pick<CandidateRules, "interfaces">,
): readonly string[] {
  const isAny = listen === "0.0.0.0" || listen === "::";
  if (!isAny) return [canonicalIpAddress(listen) ?? listen];
  const found = Object.entries(networkInterfaces())
    .filter(([name]) => interfaces.length === 0 || interfaces.includes(name))
    .flatMap(([, entries]) => entries ?? [])
    .filter(({ address, scopeid }) => (listen === "::" ? isIPv6(address) && !scopeid : isIPv4(address)));
  const outside = found.filter(({ internal }) => !internal);
  return (outside.length > 0 ? outside : found)
    .flatMap(({ address }) => canonicalIpAddress(address) ?? [])
    .slice(0, MAX_ADDRESSES);
}

/** The host candidates of a port on these addresses, and those that a router shows in front of them, which browsers from outside need. */
export function hostCandidates(
  transport: "udp" | "tcp",
  port: number,
  addresses: readonly string[],
  { natAddresses }: Pick<CandidateRules, "natAddresses">,
): readonly Candidate[] {
  const families = new Set(addresses.map(isIPv6));
  const outside = natAddresses.filter((address) => families.has(isIPv6(address)));
  return [...addresses, ...outside].map((address, index) => {
    // IPv4 goes first at the same rank: home routers break IPv6 more often than they break IPv4
    const preference = BEST_PREFERENCE - index * 2 - (isIPv6(address) ? 1 : 0);
    return {
      foundation: `${transport}${isIPv6(address) ? 6 : 4}${index}`,
      transport,
      priority: candidatePriority("host", transport, preference),
      address,
      port,
      type: "host" as const,
      ...(transport === "tcp" ? { tcpType: "passive" as const } : {}),
    };
  });
}
