import type { NetworkInterfaceInfo } from "node:os";
import { isInSubnet } from "../../../ice/ip-address.ts";

/** An address of ours with its subnet. */
export interface LinkAddress {
  readonly address: string;
  readonly family: 4 | 6;
  /** Bits of the subnet. */
  readonly prefix: number;
}

/** A network that the device is part of, with those of its addresses there that it serves on. */
export interface Link {
  readonly name: string;
  readonly addresses: readonly LinkAddress[];
}

/** Containers' bridges may bring many. */
const MAX_LINKS = 64;
/** In an answer: an interface with more addresses for one subnet is a strange one. */
const MAX_ADDRESSES = 8;

/** The links on whose addresses we listen. Loopback counts only where we listen nowhere else. */
export function linksOf(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  listen: readonly string[],
): readonly Link[] {
  const isListened = (address: string, family: 4 | 6) =>
    listen.includes(family === 4 ? "0.0.0.0" : "::") || listen.includes(address);
  const links = (isInternal: boolean) =>
    Object.entries(interfaces).flatMap(([name, all = []]): Link[] => {
      const addresses = all
        .filter(({ internal }) => internal === isInternal)
        .map(({ address, family, cidr }): LinkAddress => {
          const bits = family === "IPv4" ? 4 : 6;
          return { address, family: bits, prefix: Number(cidr?.split("/")[1] ?? bits * 8) };
        })
        .filter(({ address, family }) => isListened(address, family))
        .slice(0, MAX_ADDRESSES);
      return addresses.length === 0 ? [] : [{ name, addresses }];
    });
  const outer = links(false);
  const isLoopbackOnly = outer.length === 0 && !listen.some((address) => address === "0.0.0.0" || address === "::");
  return (isLoopbackOnly ? links(true) : outer).slice(0, MAX_LINKS);
}

/** Our addresses that a peer in one of our subnets can reach; none for everybody else. */
export function addressesTowards(peer: string, links: readonly Link[]): readonly string[] {
  const [, zone] = peer.split("%");
  if (zone !== undefined) {
    // whoever is on the link may use every address there; those that need no zone come first
    const onLink = links.find(({ name }) => name === zone)?.addresses ?? [];
    const of6 = onLink.filter(({ family }) => family === 6).map(({ address }) => address);
    return [...of6.filter((address) => !isLinkLocal(address)), ...of6.filter(isLinkLocal)];
  }
  return links.flatMap(({ addresses }) =>
    addresses
      .filter(({ address, prefix }) => prefix > 0 && isInSubnet(peer, address, prefix))
      .map(({ address }) => address),
  );
}

/** Whether an address is one of ours. */
export function isOwn(peer: string, links: readonly Link[]): boolean {
  const [bare] = peer.split("%");
  return links.some(({ addresses }) => addresses.some(({ address }) => address === bare));
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}
