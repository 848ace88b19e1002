import { BlockList, isIP } from "node:net";

/** How a client reached us; behind a trusted proxy, how it reached the proxy. */
export interface Arrival {
  /** Of the client, for limits. */
  readonly address: string;
  /** What the client addressed, as in `Host`, in lower case. */
  readonly authority: string;
  readonly scheme: string;
}

/** Tells how a request that came from `peer` (an IP address) arrived. */
export type ReadArrival = (request: Request, peer: string) => Arrival;

/** Believes `X-Forwarded-For`, `-Host` and `-Proto` from peers within `trustedProxies` (CIDRs), from nobody else. */
export function createArrivals(trustedProxies: () => readonly string[]): ReadArrival {
  let proxies: readonly string[] = [];
  let trusted = new BlockList();
  const trusts = (address: string) => {
    if (proxies !== trustedProxies()) {
      proxies = trustedProxies();
      trusted = blockListOf(proxies);
    }
    return isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  };

  return ({ headers, url }, peer) => {
    const direct = {
      address: peer,
      authority: (headers.get("host") ?? "").trim().toLowerCase(),
      scheme: url.startsWith("https:") ? "https" : "http",
    };
    if (!trusts(peer)) return direct;
    return {
      address: clientAddress(headers.get("x-forwarded-for") ?? "", peer, trusts),
      authority: lastOf(headers.get("x-forwarded-host"))?.toLowerCase() ?? direct.authority,
      scheme: lastOf(headers.get("x-forwarded-proto"))?.toLowerCase() ?? direct.scheme,
    };
  };
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of networks) {
    const [network = "", prefix = ""] = cidr.split("/");
    const bits = isIP(network) === 6 ? 128 : 32;
    list.addSubnet(network, prefix === "" ? bits : Number(prefix), isIP(network) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

/** Each proxy appends whom it heard from, so the list is believed from its end, as far as proxies are trusted. */
function clientAddress(forwardedFor: string, peer: string, trusts: (address: string) => boolean): string {
  let nearest = peer;
  for (const entry of forwardedFor.split(",").reverse()) {
    const address = entry.trim().replace(/^\[(.+)\](?::\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1$2");
    if (!trusts(nearest) || isIP(address) === 0) break;
    nearest = address;
  }
  return nearest;
}

/** What the proxy next to us said: the last of a list. */
function lastOf(header: string | null): string | undefined {
  return header?.split(",").at(-1)?.trim() || undefined;
}
