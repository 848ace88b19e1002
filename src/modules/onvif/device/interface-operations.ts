import { canonicalIpAddress, isInSubnet } from "../../../ice/ip-address.ts";
import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import {
  readBoolean,
  readInteger,
  readWord,
  requiredChild,
  requiredText,
  requiredToken,
  textOf,
} from "../../../soap/request-values.ts";
import { findChild, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import type { InterfaceChange } from "../../host/interface-change.ts";
import type { InterfaceAddress, InterfaceFacts } from "../../host/interfaces.ts";
import type { Host } from "../../host/service.ts";
import { type OperationTable, operation } from "../operation.ts";
import { actorOf } from "./actor.ts";
import type { NoteChange } from "./host-change.ts";
import { changesOf, checkedAddress, listOf, notOurs, prefixedAddress } from "./host-values.ts";

const WRITES = { access: "WRITE_SYSTEM", area: "network" } as const;
/** IANA's ifType: ethernetCsmacd, ieee80211. */
const [ETHERNET, WIRELESS] = [6, 71] as const;
/** What IPv4 and IPv6 need, and what an interface can have. */
const [MIN_MTU, MAX_MTU] = [1280, 65_535] as const;
const DHCPV6 = ["Auto", "Stateful", "Stateless", "Off"] as const;

/** The machine's interfaces, gateways and self-given addresses. Tokens are the interfaces' names. */
export function interfaceOperations(host: Host, note: NoteChange): OperationTable {
  return {
    "tds:GetNetworkInterfaces": operation({
      access: "READ_SYSTEM",
      handle: async () => (await host.interfaces()).map(describeInterface),
    }),
    "tds:SetNetworkInterfaces": operation({
      ...WRITES,
      request: (element) => ({
        token: requiredToken(element, "tds:InterfaceToken"),
        wanted: requiredChild(element, "tds:NetworkInterface"),
      }),
      handle: async ({ token, wanted }, caller) => {
        const change = readChange(wanted, await found(host, token));
        await changesOf(host).changeInterface(token, change);
        const addresses = [...(change.ipv4?.addresses ?? []), ...(change.ipv6?.addresses ?? [])];
        note(
          actorOf(caller),
          token,
          addresses.map(({ address, prefix }) => `${address}/${prefix}`),
        );
        return xml("tds:RebootNeeded", false);
      },
    }),
    ...gatewayOperations(host, note),
    "tds:GetZeroConfiguration": operation({
      access: "READ_SYSTEM",
      handle: async () => {
        const all = await host.interfaces();
        const own = (one: InterfaceFacts) => addressesOf(one, "ipv4", "link-local");
        const shown = all.find((one) => own(one).length > 0) ?? all[0];
        if (shown === undefined) throw notOurs("There is no network interface");
        return xml(
          "tds:ZeroConfiguration",
          xml("tt:InterfaceToken", shown.name),
          xml("tt:Enabled", own(shown).length > 0),
          ...own(shown).map(({ address }) => xml("tt:Addresses", address)),
        );
      },
    }),
    "tds:SetZeroConfiguration": operation({
      ...WRITES,
      request: (element) => ({
        token: requiredToken(element, "tds:InterfaceToken"),
        isWanted: readBoolean(requiredText(element, "tds:Enabled")),
      }),
      handle: async ({ token, isWanted }) => {
        const one = await found(host, token);
        if (addressesOf(one, "ipv4", "link-local").length > 0 !== isWanted)
          throw notOurs("The machine decides about addresses that it gives itself");
        return undefined;
      },
    }),
  };
}

function gatewayOperations(host: Host, note: NoteChange): OperationTable {
  return {
    "tds:GetNetworkDefaultGateway": operation({
      access: "READ_SYSTEM",
      handle: () => {
        const of = (family: "ipv4" | "ipv6") =>
          new Set(
            host.network().gateways.flatMap((one) => (one.family === family ? one.address.split("%").slice(0, 1) : [])),
          );
        return xml(
          "tds:NetworkGateway",
          ...[...of("ipv4")].map((address) => xml("tt:IPv4Address", address)),
          ...[...of("ipv6")].map((address) => xml("tt:IPv6Address", address)),
        );
      },
    }),
    "tds:SetNetworkDefaultGateway": operation({
      ...WRITES,
      request: (element) => [
        ...listOf(element, "tds:IPv4Address").map(({ text }) => checkedAddress(text, 4)),
        ...listOf(element, "tds:IPv6Address").map(({ text }) => checkedAddress(text, 6)),
      ],
      handle: async (gateways, caller) => {
        const all = await host.interfaces();
        const link = all.find((one) => gateways.every((gateway) => isReachable(gateway, one)));
        if (link === undefined || gateways.length === 0)
          throw invalidArgument("ter:InvalidGatewayAddress", "No interface has a subnet with these gateways");
        await changesOf(host).changeInterface(link.name, { gateways });
        note(actorOf(caller), "gateways", gateways);
      },
    }),
  };
}

/** Throws SoapFault InvalidNetworkInterface. */
async function found(host: Host, token: string): Promise<InterfaceFacts> {
  const one = (await host.interfaces()).find(({ name }) => name === token);
  if (one === undefined) throw invalidArgument("ter:InvalidNetworkInterface", "There is no such network interface");
  return one;
}

function addressesOf(
  { addresses }: InterfaceFacts,
  family: InterfaceAddress["family"],
  origin: InterfaceAddress["origin"],
): readonly InterfaceAddress[] {
  return addresses.filter((one) => one.family === family && one.origin === origin);
}

/** Link-local gateways are reached by whoever has such an address. */
function isReachable(gateway: string, { addresses }: InterfaceFacts): boolean {
  return addresses.some(
    ({ address, prefix }) =>
      isInSubnet(gateway, address, prefix) && canonicalIpAddress(gateway) !== canonicalIpAddress(address),
  );
}

function describeInterface(one: InterfaceFacts): Xml {
  const { name, mac, mtu, link } = one;
  const prefixed = (element: `tt:${string}`, addresses: readonly InterfaceAddress[]) =>
    addresses.map(({ address, prefix }) => xml(element, xml("tt:Address", address), xml("tt:PrefixLength", prefix)));
  const v4 = (origin: InterfaceAddress["origin"]) => addressesOf(one, "ipv4", origin);
  const v6 = (origin: InterfaceAddress["origin"]) => addressesOf(one, "ipv6", origin);
  const has = (family: InterfaceAddress["family"]) => one.addresses.some((address) => address.family === family);
  return xml(
    "tds:NetworkInterfaces",
    { token: name },
    xml("tt:Enabled", true),
    xml(
      "tt:Info",
      xml("tt:Name", name),
      xml("tt:HwAddress", mac || "00:00:00:00:00:00"),
      mtu === undefined ? undefined : xml("tt:MTU", mtu),
    ),
    link && describeLink(link, one.isWireless),
    xml(
      "tt:IPv4",
      xml("tt:Enabled", has("ipv4")),
      xml(
        "tt:Config",
        ...prefixed("tt:Manual", v4("manual")),
        ...prefixed("tt:LinkLocal", v4("link-local").slice(0, 1)),
        ...prefixed("tt:FromDHCP", v4("dhcp").slice(0, 1)),
        xml("tt:DHCP", v4("dhcp").length > 0),
      ),
    ),
    xml(
      "tt:IPv6",
      xml("tt:Enabled", has("ipv6")),
      xml(
        "tt:Config",
        xml("tt:AcceptRouterAdvert", one.acceptsRouters),
        xml("tt:DHCP", v6("dhcp").length > 0 ? "Stateful" : "Off"),
        ...prefixed("tt:Manual", v6("manual")),
        ...prefixed("tt:LinkLocal", v6("link-local")),
        ...prefixed("tt:FromDHCP", v6("dhcp")),
        ...prefixed("tt:FromRA", v6("router")),
      ),
    ),
  );
}

function describeLink({ speedMbps, isFullDuplex }: NonNullable<InterfaceFacts["link"]>, isWireless: boolean): Xml {
  const settings = [
    xml("tt:AutoNegotiation", true),
    xml("tt:Speed", speedMbps),
    xml("tt:Duplex", isFullDuplex ? "Full" : "Half"),
  ];
  return xml(
    "tt:Link",
    xml("tt:AdminSettings", settings),
    xml("tt:OperSettings", settings),
    xml("tt:InterfaceType", isWireless ? WIRELESS : ETHERNET),
  );
}

/** All values checked. Throws SoapFault. */
function readChange(wanted: XmlElement, now: InterfaceFacts): InterfaceChange {
  if (findChild(findChild(wanted, "tt:Extension"), "tt:Dot11") !== undefined)
    throw new SoapFault(
      "Receiver",
      ["ter:ActionNotSupported", "ter:InvalidDot11"],
      "Wireless networks are not set here",
    );
  const enabled = textOf(wanted, "tt:Enabled");
  if (enabled !== undefined && !readBoolean(enabled))
    throw invalidArgument(undefined, "An interface cannot be turned off over the network");
  const link = findChild(wanted, "tt:Link");
  if (link !== undefined && !isAsNow(link, now.link))
    throw invalidArgument("ter:InvalidInterfaceSpeed", "Speed and duplex are negotiated");
  return { mtu: readMtu(textOf(wanted, "tt:MTU")), ipv4: readIpv4(wanted, now), ipv6: readIpv6(wanted, now) };
}

function readMtu(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const mtu = readInteger(text);
  if (mtu >= MIN_MTU && mtu <= MAX_MTU) return mtu;
  throw invalidArgument("ter:InvalidMtuValue", `An MTU is ${MIN_MTU} to ${MAX_MTU}`);
}

function isAsNow(link: XmlElement, now: InterfaceFacts["link"]): boolean {
  const isFull = readWord(requiredText(link, "tt:Duplex"), ["Full", "Half"]) === "Full";
  const speed = readInteger(requiredText(link, "tt:Speed"));
  const isAutomatic = readBoolean(requiredText(link, "tt:AutoNegotiation"));
  return isAutomatic && (now === undefined || (speed === now.speedMbps && isFull === now.isFullDuplex));
}

function readIpv4(wanted: XmlElement, now: InterfaceFacts): InterfaceChange["ipv4"] {
  const element = enabledFamily(wanted, "tt:IPv4");
  if (element === undefined) return undefined;
  const given = listOf(element, "tt:Manual").map((one) => prefixedAddress(one, 4));
  const dhcp = textOf(element, "tt:DHCP");
  const isDhcp = dhcp === undefined ? addressesOf(now, "ipv4", "dhcp").length > 0 : readBoolean(dhcp);
  const own = addressesOf(now, "ipv4", "manual");
  // who leaves DHCP without an address of their own keeps the one that it gave
  const kept = own.length > 0 ? own : addressesOf(now, "ipv4", "dhcp");
  const addresses = given.length > 0 || isDhcp ? given : kept;
  if (!isDhcp && addresses.length === 0)
    throw invalidArgument("ter:InvalidIPv4Address", "Without DHCP an address is needed");
  return { dhcp: isDhcp, addresses: addresses.map(({ address, prefix }) => ({ address, prefix })) };
}

function readIpv6(wanted: XmlElement, now: InterfaceFacts): InterfaceChange["ipv6"] {
  const element = enabledFamily(wanted, "tt:IPv6");
  if (element === undefined) return undefined;
  const addresses = listOf(element, "tt:Manual").map((one) => prefixedAddress(one, 6));
  const mode = textOf(element, "tt:DHCP");
  const usesDhcp = mode !== undefined && readWord(mode, DHCPV6) !== "Off";
  const accepts = textOf(element, "tt:AcceptRouterAdvert");
  return { automatic: usesDhcp || (accepts === undefined ? now.acceptsRouters : readBoolean(accepts)), addresses };
}

/** Undefined: nothing is wanted of this family. */
function enabledFamily(wanted: XmlElement, name: "tt:IPv4" | "tt:IPv6"): XmlElement | undefined {
  const element = findChild(wanted, name);
  const enabled = textOf(element, "tt:Enabled");
  if (enabled !== undefined && !readBoolean(enabled))
    throw invalidArgument(undefined, "A family of addresses cannot be turned off over the network");
  return element;
}
