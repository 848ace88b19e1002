import { BlockList, isIP } from "node:net";
import { canonicalIpAddress, isPublishable } from "../../../ice/ip-address.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { contentText, rewriteXml, type Xml } from "../../../soap/xml-writer.ts";

/** Where notifications are pushed to. */
export interface Consumer {
  /** As the subscriber wrote it. */
  readonly url: URL;
  /** Where its name led when it was subscribed; it leads nowhere else later. */
  readonly address: string;
  /** Its reference parameters, which go back to it in the header of every message (WS-Addressing 1.0 §2.1). */
  readonly headers: readonly Xml[];
}

/** What decides who may be a consumer. */
export interface ConsumerNetwork {
  /** Addresses of this machine, `192.0.2.7/24`. */
  ownNetworks(): readonly string[];
  /** Addresses of a name; rejects when there are none. */
  lookUp(name: string): Promise<readonly string[]>;
}

const MAX_URL = 1024;
/** Characters of all parameters, which are kept as long as the subscription. */
const MAX_HEADERS = 4096;

/**
 * Finds who is to be told, in our own networks only: nobody makes this device call itself, loopback, link-local or multicast addresses,
 * or strangers elsewhere. Resolves with a sentence when it is refused.
 */
export async function findConsumer(
  address: string,
  parameters: readonly XmlElement[],
  network: ConsumerNetwork,
): Promise<Consumer | string> {
  const url = address.length > MAX_URL ? null : URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return "The consumer's address must be an http or https URL";
  if (url.username !== "" || url.password !== "") return "The consumer's address must not have credentials";
  const headers = parameters.map((parameter) => rewriteXml(parameter, { "wsa:IsReferenceParameter": true }));
  if (contentText(headers).length > MAX_HEADERS) return "The consumer has too many reference parameters";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(host) === 0 ? await network.lookUp(host).catch(() => []) : [host];
  if (found.length === 0) return "The consumer's name leads nowhere";
  const isReachable = reachableFrom(network.ownNetworks());
  const allowed = found.map(canonicalIpAddress).find((each) => each !== undefined && isReachable(each));
  if (allowed === undefined) return "Notifications only go to other machines in this device's own networks";
  return { url, address: allowed, headers };
}

/** Whether an address is another machine's in one of these networks. */
function reachableFrom(networks: readonly string[]): (address: string) => boolean {
  const [near, own] = [new BlockList(), new BlockList()];
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    own.addAddress(address, familyOf(address));
    near.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => {
    const family = familyOf(address);
    return isPublishable({ address, port: 1 }) && near.check(address, family) && !own.check(address, family);
  };
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
