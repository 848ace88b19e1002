import { invalidArgs, invalidArgument } from "../../../soap/fault.ts";
import { readBoolean, readInteger, readWord, requiredChild, requiredText } from "../../../soap/request-values.ts";
import { findChildren } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { hasDhcpAddress } from "../../host/interfaces.ts";
import type { Host } from "../../host/service.ts";
import { MAX_TIME_SERVERS } from "../../host/time-servers.ts";
import { type OperationTable, operation } from "../operation.ts";
import { actorOf } from "./actor.ts";
import type { NoteChange } from "./host-change.ts";
import { changesOf, describeHost, hostAddress, isDomainName, listOf, notOurs } from "./host-values.ts";

/** The ports that are really open. */
export interface ServicePorts {
  readonly http: number;
  readonly https: number;
  readonly rtsp: number;
}

const WRITES = { access: "WRITE_SYSTEM", area: "network" } as const;
const PROTOCOLS = ["HTTP", "HTTPS", "RTSP"] as const;
/** What resolvers take. */
const MAX_DNS_SERVERS = 3;
const MAX_SEARCH_DOMAINS = 6;

/** The machine's name, its name servers and time servers, and the ports of the services. */
export function networkOperations(host: Host, ports: () => ServicePorts, note: NoteChange): OperationTable {
  return {
    "tds:GetHostname": operation({
      access: "PRE_AUTH",
      handle: () => xml("tds:HostnameInformation", xml("tt:FromDHCP", false), xml("tt:Name", host.name())),
    }),
    "tds:SetHostname": operation({
      ...WRITES,
      request: (element) => {
        const name = requiredText(element, "tds:Name");
        if (name.length <= 64 && isDomainName(name) && !name.endsWith(".")) return name;
        throw invalidArgument("ter:InvalidHostname", "A host name has letters, digits and hyphens (RFC 1123)");
      },
      handle: async (name, caller) => {
        await changesOf(host).setName(name);
        note(actorOf(caller), "name", name);
      },
    }),
    ...nameServerOperations(host, note),
    ...timeServerOperations(host, note),
    "tds:GetDynamicDNS": operation({
      access: "READ_SYSTEM",
      handle: () => xml("tds:DynamicDNSInformation", xml("tt:Type", "NoUpdate")),
    }),
    "tds:SetDynamicDNS": operation({
      ...WRITES,
      request: (element) => readWord(requiredText(element, "tds:Type"), ["NoUpdate", "ClientUpdates", "ServerUpdates"]),
      handle: (type) => {
        if (type !== "NoUpdate") throw notOurs("This device updates no DNS");
        return undefined;
      },
    }),
    ...protocolOperations(ports),
  };
}

function nameServerOperations(host: Host, note: NoteChange): OperationTable {
  return {
    "tds:GetDNS": operation({
      access: "READ_SYSTEM",
      handle: async () => {
        const { dns } = host.network();
        const main = await host.mainInterface();
        const isFromDhcp = main !== undefined && (await host.takesDhcpDns(main));
        return xml(
          "tds:DNSInformation",
          xml("tt:FromDHCP", isFromDhcp),
          ...dns.search.map((domain) => xml("tt:SearchDomain", domain)),
          ...dns.servers.map((server) => describeHost(isFromDhcp ? "tt:DNSFromDHCP" : "tt:DNSManual", server)),
        );
      },
    }),
    "tds:SetDNS": operation({
      ...WRITES,
      request: (element) => {
        const isFromDhcp = readBoolean(requiredText(element, "tds:FromDHCP"));
        const search = listOf(element, "tds:SearchDomain").map(({ text }) => text);
        const servers = listOf(element, "tds:DNSManual").map((one) => hostAddress(one, ["IPv4", "IPv6"]));
        if (!search.every(isDomainName)) throw invalidArgument(undefined, "A search domain is no domain name");
        if (search.length > MAX_SEARCH_DOMAINS || servers.length > MAX_DNS_SERVERS)
          throw invalidArgs(`At most ${MAX_DNS_SERVERS} servers and ${MAX_SEARCH_DOMAINS} domains are taken`);
        return { servers: isFromDhcp ? undefined : servers, search };
      },
      handle: async (dns, caller) => {
        const changes = changesOf(host);
        const main = await host.mainInterface();
        if (main === undefined) throw notOurs("There is no network interface");
        await changes.changeInterface(main.name, { dns });
        note(actorOf(caller), "dns", [...(dns.servers ?? ["dhcp"])]);
      },
    }),
  };
}

function timeServerOperations(host: Host, note: NoteChange): OperationTable {
  return {
    "tds:GetNTP": operation({
      access: "READ_SYSTEM",
      handle: async () => {
        const { manual, dhcp, takesDhcp } = host.timeServers();
        // a DHCP server may tell none: the keeper has its maker's then
        const mayTell = manual.length === 0 && hasDhcpAddress((await host.mainInterface())?.addresses ?? []);
        return xml(
          "tds:NTPInformation",
          xml("tt:FromDHCP", takesDhcp && (dhcp.length > 0 || mayTell)),
          ...dhcp.map((server) => describeHost("tt:NTPFromDHCP", server)),
          ...manual.map((server) => describeHost("tt:NTPManual", server)),
        );
      },
    }),
    "tds:SetNTP": operation({
      ...WRITES,
      request: (element) => {
        const isFromDhcp = readBoolean(requiredText(element, "tds:FromDHCP"));
        const servers = listOf(element, "tds:NTPManual").map((one) => hostAddress(one, ["IPv4", "IPv6", "DNS"]));
        if (servers.length > MAX_TIME_SERVERS) throw invalidArgs(`At most ${MAX_TIME_SERVERS} servers are taken`);
        return isFromDhcp ? undefined : servers;
      },
      handle: async (servers, caller) => {
        const changes = changesOf(host);
        if (servers?.length === 0 && host.clock().synchronized === "yes")
          throw invalidArgument("ter:TimeSyncedToNtp", "The clock is kept by time servers; it needs one");
        await changes.setTimeServers(servers);
        note(actorOf(caller), "ntp", [...(servers ?? ["dhcp"])]);
      },
    }),
  };
}

function protocolOperations(ports: () => ServicePorts): OperationTable {
  const present = () => {
    const { http, https, rtsp } = ports();
    return { HTTP: http, HTTPS: https, RTSP: rtsp };
  };
  return {
    "tds:GetNetworkProtocols": operation({
      access: "READ_SYSTEM",
      handle: () =>
        Object.entries(present()).map(([name, port]) =>
          xml("tds:NetworkProtocols", xml("tt:Name", name), xml("tt:Enabled", true), xml("tt:Port", port)),
        ),
    }),
    // ports are the configuration file's, which only its owner writes: what is as it is may be set
    "tds:SetNetworkProtocols": operation({
      ...WRITES,
      request: (element) => {
        const wanted = listOf(element, "tds:NetworkProtocols").map((one) => ({
          name: requiredText(one, "tt:Name"),
          isEnabled: readBoolean(requiredText(one, "tt:Enabled")),
          ports: [requiredChild(one, "tt:Port"), ...findChildren(one, "tt:Port").slice(1)].map(({ text }) =>
            readInteger(text),
          ),
        }));
        if (wanted.length === 0) throw invalidArgs("At least one protocol is expected");
        return wanted;
      },
      handle: (wanted) => {
        const open = present();
        const known = wanted.map((one) => ({ ...one, own: PROTOCOLS.find((name) => name === one.name) }));
        if (known.some(({ own }) => own === undefined))
          throw invalidArgument("ter:ServiceNotSupported", `The protocols are ${PROTOCOLS.join(", ")}`);
        for (const { own, ports: asked } of known) {
          if (asked.some((port) => port < 1 || port > 65_535)) throw invalidArgument(undefined, "This is no port");
          if (PROTOCOLS.some((other) => other !== own && asked.includes(open[other])))
            throw invalidArgument("ter:PortAlreadyInUse", "Another service has this port");
        }
        if (
          known.some(
            ({ own, isEnabled, ports: asked }) => !isEnabled || asked.some((port) => port !== open[own ?? "HTTP"]),
          )
        )
          throw notOurs("Ports are set in the configuration file, not here");
        return undefined;
      },
    }),
  };
}
