import { afterAll, beforeAll, expect, test } from "bun:test";
import { hostname, networkInterfaces } from "node:os";
import { findChildren, findPath } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer();
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const NOT_OURS = ["ter:ActionNotSupported"];
const OUTER = Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ internal }) => !internal));
const LINK = OUTER?.[0] ?? "lo";

function ip(kind: "IPv4" | "IPv6", address: string): string {
  return `<tt:Type>${kind}</tt:Type><tt:${kind}Address>${address}</tt:${kind}Address>`;
}

async function fault(name: `tds:${string}`, content: string): Promise<readonly string[]> {
  const reply = await client.call(name, content);
  expect(reply.status).not.toBe(200);
  return subcodes(reply);
}

test("reading shows the real machine", async () => {
  const name = findPath(await client.as("anonymous").ask("tds:GetHostname"), "tds:HostnameInformation", "tt:Name");
  expect(name?.text).toBe(hostname());
  const links = findChildren(await client.ask("tds:GetNetworkInterfaces"), "tds:NetworkInterfaces");
  const link = links.find(({ attributes }) => attributes.get("token") === LINK);
  const addresses = (OUTER?.[1] ?? []).filter(({ family }) => family === "IPv4").map(({ address }) => address);
  const config = findPath(link, "tt:IPv4", "tt:Config");
  const told = config?.children.flatMap((child) => findPath(child, "tt:Address")?.text ?? []);
  expect(told).toEqual(addresses.slice(0, told?.length));
  expect(findPath(link, "tt:Info", "tt:HwAddress")?.text).toBe(OUTER?.[1]?.[0]?.mac ?? "00:00:00:00:00:00");

  const login = { headers: { Authorization: `Basic ${btoa("admin:password")}` } };
  const network = (await (await fetch(`${server.http}/api/network`, login)).json()) as {
    readonly data: {
      readonly gateways: readonly { readonly address: string }[];
      readonly dns: { readonly servers: readonly string[] };
    };
  };
  const gateways = findPath(await client.ask("tds:GetNetworkDefaultGateway"), "tds:NetworkGateway")?.children;
  expect(gateways?.map(({ text }) => text)).toEqual(network.data.gateways.map(({ address }) => address));
  const dns = findPath(await client.ask("tds:GetDNS"), "tds:DNSInformation")?.children ?? [];
  const servers = dns.filter(({ name }) => name.startsWith("DNS")).map(({ children }) => children[1]?.text);
  expect(servers).toEqual([...network.data.dns.servers]);
  for (const name of ["tds:GetNTP", "tds:GetZeroConfiguration", "tds:GetDynamicDNS", "tds:GetIPAddressFilter"] as const)
    await client.ask(name);
});

test("the protocols have the ports that are open", async () => {
  const protocols = findChildren(await client.ask("tds:GetNetworkProtocols"), "tds:NetworkProtocols");
  expect(protocols.map((one) => [findPath(one, "tt:Name")?.text, Number(findPath(one, "tt:Port")?.text)])).toEqual([
    ["HTTP", Number(new URL(server.http).port)],
    ["HTTPS", Number(new URL(server.https).port)],
    ["RTSP", Number(new URL(server.rtsp).port)],
  ]);
  const protocol = (name: string, enabled: boolean, port: string) =>
    `<tds:NetworkProtocols><tt:Name>${name}</tt:Name><tt:Enabled>${enabled}</tt:Enabled><tt:Port>${port}</tt:Port></tds:NetworkProtocols>`;
  const { port } = new URL(server.http);
  await client.ask("tds:SetNetworkProtocols", protocol("HTTP", true, port));
  const faults = [
    [protocol("TLS", true, "443"), "ter:InvalidArgVal", "ter:ServiceNotSupported"],
    [protocol("RTSP", true, port), "ter:InvalidArgVal", "ter:PortAlreadyInUse"],
    [protocol("HTTP", true, "0"), "ter:InvalidArgVal"],
    [protocol("HTTP", true, "NaN"), "ter:InvalidArgVal"],
    [protocol("HTTP", false, port), ...NOT_OURS],
    [protocol("HTTP", true, "8123"), ...NOT_OURS],
    ["", "ter:InvalidArgs"],
  ] as const;
  for (const [content, ...expected] of faults)
    expect(await fault("tds:SetNetworkProtocols", content)).toEqual(expected);
});

test("a value that cannot be is refused by its name, and every other because the machine is not ours", async () => {
  const manual = (address: string, prefix = "24") =>
    `<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Manual><tt:Address>${address}</tt:Address><tt:PrefixLength>${prefix}</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:IPv4>`;
  const link = (content: string, token = LINK) =>
    `<tds:InterfaceToken>${token}</tds:InterfaceToken><tds:NetworkInterface>${content}</tds:NetworkInterface>`;
  const dns = (content: string) => `<tds:FromDHCP>false</tds:FromDHCP><tds:DNSManual>${content}</tds:DNSManual>`;
  const ntp = (content: string) => `<tds:FromDHCP>false</tds:FromDHCP><tds:NTPManual>${content}</tds:NTPManual>`;
  const filter = (content: string) => `<tds:IPAddressFilter><tt:Type>Deny</tt:Type>${content}</tds:IPAddressFilter>`;
  const filtered = `<tt:IPv4Address><tt:Address>192.0.2.9</tt:Address><tt:PrefixLength>32</tt:PrefixLength></tt:IPv4Address>`;
  const speed = `<tt:Link><tt:AutoNegotiation>false</tt:AutoNegotiation><tt:Speed>10</tt:Speed><tt:Duplex>Half</tt:Duplex></tt:Link>`;
  const bad = (subcode: string) => ["ter:InvalidArgVal", `ter:${subcode}`];
  const faults: readonly (readonly [`tds:${string}`, string, readonly string[]])[] = [
    ["tds:SetHostname", "<tds:Name>camera-1</tds:Name>", NOT_OURS],
    ["tds:SetHostname", "<tds:Name>-camera</tds:Name>", bad("InvalidHostname")],
    ["tds:SetHostname", "<tds:Name>كاميرا</tds:Name>", bad("InvalidHostname")],
    ["tds:SetHostname", `<tds:Name>${"x".repeat(65)}</tds:Name>`, bad("InvalidHostname")],
    ["tds:SetHostname", "<tds:Name>$(reboot)</tds:Name>", bad("InvalidHostname")],
    ["tds:SetHostname", "<tt:Name>camera</tt:Name>", ["ter:InvalidArgs"]],
    ["tds:SetDNS", dns(ip("IPv4", "192.0.2.53")), NOT_OURS],
    ["tds:SetDNS", dns(ip("IPv4", "192.0.2.253.1")), bad("InvalidIPv4Address")],
    ["tds:SetDNS", dns(ip("IPv6", "2001:db8::g")), bad("InvalidIPv6Address")],
    ["tds:SetDNS", dns("<tt:Type>DNS</tt:Type><tt:DNSname>x</tt:DNSname>"), ["ter:InvalidArgVal"]],
    ["tds:SetNTP", ntp(ip("IPv4", "192.0.2.123")), NOT_OURS],
    ["tds:SetNTP", ntp(ip("IPv4", "224.0.0.1")), bad("InvalidIPv4Address")],
    ["tds:SetNTP", ntp(ip("IPv6", "ff02::1")), bad("InvalidIPv6Address")],
    ["tds:SetNTP", ntp("<tt:Type>DNS</tt:Type><tt:DNSname>a b</tt:DNSname>"), bad("InvalidDnsName")],
    ["tds:SetDynamicDNS", "<tds:Type>ClientUpdates</tds:Type>", NOT_OURS],
    ["tds:SetDynamicDNS", "<tds:Type>Whenever</tds:Type>", ["ter:InvalidArgVal"]],
    ["tds:SetNetworkInterfaces", link(manual("192.0.2.7")), NOT_OURS],
    ["tds:SetNetworkInterfaces", link(manual("192.0.2.7"), "eth99"), bad("InvalidNetworkInterface")],
    ["tds:SetNetworkInterfaces", link(manual("192.0.2.777")), bad("InvalidIPv4Address")],
    ["tds:SetNetworkInterfaces", link(manual("192.0.2.7", "33")), bad("InvalidIPv4Address")],
    ["tds:SetNetworkInterfaces", link(manual("192.0.2.7", "INF")), ["ter:InvalidArgVal"]],
    ["tds:SetNetworkInterfaces", link("<tt:MTU>12</tt:MTU>"), bad("InvalidMtuValue")],
    ["tds:SetNetworkInterfaces", link(speed), bad("InvalidInterfaceSpeed")],
    ["tds:SetNetworkInterfaces", link("<tt:Enabled>false</tt:Enabled>"), ["ter:InvalidArgVal"]],
    [
      "tds:SetNetworkInterfaces",
      link("<tt:Extension><tt:Dot11><tt:SSID>x</tt:SSID></tt:Dot11></tt:Extension>"),
      ["ter:ActionNotSupported", "ter:InvalidDot11"],
    ],
    ["tds:SetNetworkInterfaces", `<tds:InterfaceToken>${LINK}</tds:InterfaceToken>`, ["ter:InvalidArgs"]],
    ["tds:SetNetworkDefaultGateway", "<tds:IPv4Address>203.0.113.1</tds:IPv4Address>", bad("InvalidGatewayAddress")],
    ["tds:SetNetworkDefaultGateway", "<tds:IPv4Address>1.2.3</tds:IPv4Address>", bad("InvalidIPv4Address")],
    ["tds:SetNetworkDefaultGateway", "<tds:IPv6Address>1.2.3.4</tds:IPv6Address>", bad("InvalidIPv6Address")],
    [
      "tds:SetZeroConfiguration",
      "<tds:InterfaceToken>eth99</tds:InterfaceToken><tds:Enabled>true</tds:Enabled>",
      bad("InvalidNetworkInterface"),
    ],
    [
      "tds:SetZeroConfiguration",
      `<tds:InterfaceToken>${LINK}</tds:InterfaceToken><tds:Enabled>maybe</tds:Enabled>`,
      ["ter:InvalidArgVal"],
    ],
    ["tds:SetIPAddressFilter", filter(filtered), NOT_OURS],
    ["tds:AddIPAddressFilter", filter(filtered), NOT_OURS],
    ["tds:AddIPAddressFilter", filter(filtered.replace("192.0.2.9", "nowhere")), bad("InvalidIPv4Address")],
    ["tds:RemoveIPAddressFilter", filter(filtered), bad("NoIPv4Address")],
  ];
  for (const [name, content, expected] of faults)
    expect([name, content, await fault(name, content)]).toEqual([name, content, [...expected]]);
  await client.ask("tds:SetDynamicDNS", "<tds:Type>NoUpdate</tds:Type>");
  expect(hostname()).toBe(
    findPath(await client.ask("tds:GetHostname"), "tds:HostnameInformation", "tt:Name")?.text ?? "",
  );
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
