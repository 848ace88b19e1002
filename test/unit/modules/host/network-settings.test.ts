import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completed, type InterfaceChange, type InterfaceState } from "../../../../src/modules/host/interface-change.ts";
import { interfaceFacts } from "../../../../src/modules/host/interfaces.ts";
import { changeInterface, networkManagerSettings } from "../../../../src/modules/host/network-settings.ts";
import { changeNetworkdFile, networkdFile } from "../../../../src/modules/host/networkd-file.ts";
import { setTimeServers, timeServers } from "../../../../src/modules/host/time-servers.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const root = mkdtempSync(join(tmpdir(), "rotordream-host-"));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}
const read = (path: string) => readFileSync(join(root, path), "utf8");

const STATE: InterfaceState = {
  name: "eth0",
  mac: "02:00:00:00:00:01",
  mtu: 1500,
  link: undefined,
  isWireless: false,
  acceptsRouters: false,
  addresses: [{ address: "192.0.2.7", family: "ipv4", prefix: 24, origin: "manual" }],
  gateways: ["192.0.2.1"],
  dns: { servers: ["192.0.2.53"], search: ["example.org"] },
};

test("systemd-networkd's file holds what is asked for and what there was", () => {
  expect(
    networkdFile(STATE, { mtu: 1400, gateways: ["192.0.2.254"] })
      .split("\n")
      .slice(1),
  ).toEqual([
    "[Match]",
    "Name=eth0",
    "[Link]",
    "MTUBytes=1400",
    "[Network]",
    "DHCP=no",
    "IPv6AcceptRA=no",
    "Address=192.0.2.7/24",
    "Gateway=192.0.2.254",
    "DNS=192.0.2.53",
    "Domains=example.org",
    "[DHCPv4]",
    "UseDNS=no",
    "[IPv6AcceptRA]",
    "UseDNS=no",
    "",
  ]);
  // what DHCP told is not written down
  const dhcp = networkdFile(STATE, { ipv4: { dhcp: true, addresses: [] }, dns: { servers: undefined, search: [] } });
  expect(dhcp.split("\n").slice(3, -1)).toEqual(["[Network]", "DHCP=ipv4", "IPv6AcceptRA=no"]);
});

test("who leaves DHCP keeps the gateway and the name servers; who takes it gives them up", () => {
  const manual = { dhcp: false, addresses: [{ address: "192.0.2.7", prefix: 24 }] };
  const origin = "dhcp" as const;
  const dynamic = { ...STATE, addresses: STATE.addresses.map((one) => ({ ...one, origin })) };
  expect(networkManagerSettings(completed(dynamic, { ipv4: manual })).join(" ")).toBe(
    "ipv4.method manual ipv4.addresses 192.0.2.7/24 ipv4.gateway 192.0.2.1 ipv4.dns 192.0.2.53 ipv4.dns-search example.org ipv4.ignore-auto-dns yes ipv6.dns  ipv6.dns-search example.org ipv6.ignore-auto-dns yes",
  );
  expect(networkManagerSettings(completed(STATE, { ipv4: manual })).join(" ")).toBe(
    "ipv4.method manual ipv4.addresses 192.0.2.7/24",
  );
  expect(networkManagerSettings(completed(STATE, { ipv4: { dhcp: true, addresses: [] } })).join(" ")).toBe(
    "ipv4.method auto ipv4.addresses  ipv4.gateway ",
  );
  expect(networkdFile({ ...STATE, gateways: ["192.0.2.1", "2001:db8::1"] }, { gateways: ["192.0.2.2"] })).toContain(
    "Gateway=192.0.2.2\nGateway=2001:db8::1\n",
  );
});

test("what was asked for before stays in the file, whatever is in force yet", () => {
  write("etc/systemd/network/x", "");
  const change = (asked: InterfaceChange, state: InterfaceState) => {
    changeNetworkdFile({ ...state, name: "eth9" }, asked, root);
    return read("etc/systemd/network/00-rotordream-eth9.network").split("\n").slice(3, -1).join(" ");
  };
  const origin = "dhcp" as const;
  const dynamic = { ...STATE, addresses: STATE.addresses.map((one) => ({ ...one, origin })) };
  const ownDns = { servers: ["192.0.2.99"], search: ["own.example"] };
  const withDns = "DNS=192.0.2.99 Domains=own.example [DHCPv4] UseDNS=no [IPv6AcceptRA] UseDNS=no";
  const start = "[Link] MTUBytes=1400 [Network]";
  expect(change({ mtu: 1400 }, dynamic)).toBe(`${start} DHCP=ipv4 IPv6AcceptRA=no Domains=example.org`);
  expect(change({ dns: ownDns }, dynamic)).toBe(`${start} DHCP=ipv4 IPv6AcceptRA=no ${withDns}`);
  // DHCP has no lease yet: no address at all is in force
  expect(change({ gateways: ["192.0.2.254"] }, { ...STATE, addresses: [], gateways: [] })).toBe(
    `${start} DHCP=ipv4 IPv6AcceptRA=no Gateway=192.0.2.254 ${withDns}`,
  );
  const addresses = [{ address: "2001:db8::7", prefix: 64 }];
  expect(change({ ipv6: { automatic: false, addresses }, gateways: ["2001:db8::1"] }, dynamic)).toBe(
    `${start} DHCP=ipv4 IPv6AcceptRA=no Address=2001:db8::7/64 Gateway=2001:db8::1 Gateway=192.0.2.254 ${withDns}`,
  );
  const manual = { dhcp: false, addresses: [{ address: "192.0.2.8", prefix: 24 }] };
  expect(change({ ipv4: manual }, dynamic)).toBe(
    `${start} DHCP=no IPv6AcceptRA=no Address=192.0.2.8/24 Address=2001:db8::7/64 Gateway=2001:db8::1 Gateway=192.0.2.254 ${withDns}`,
  );
  expect(change({ ipv4: { dhcp: true, addresses: [] }, ipv6: { automatic: true, addresses: [] } }, STATE)).toBe(
    `${start} DHCP=ipv4 IPv6AcceptRA=yes Domains=example.org`,
  );
  // the one that DHCP told
  expect(change({ ipv4: manual }, dynamic)).toContain("Gateway=192.0.2.1 DNS=192.0.2.53 Domains=example.org");
});

test("the one that has the interface changes it, and takes it up after the answer", async () => {
  write("etc/systemd/network/x", "");
  write("sys/class/net/eth0/ifindex", "4\n");
  write("run/systemd/netif/links/4", "ADMIN_STATE=configured\n");
  const { scheduler, advanceMs } = createManualTime();
  const calls: string[] = [];
  const run = async (command: readonly string[]) => {
    calls.push(command.join(" "));
    return command[0] === "nmcli" ? undefined : "";
  };
  await changeInterface(STATE, { mtu: 1400 }, { run, scheduler, root });
  expect(read("etc/systemd/network/00-rotordream-eth0.network")).toContain("MTUBytes=1400");
  expect(calls).toEqual(["nmcli -g GENERAL.CON-UUID device show eth0"]);
  advanceMs(1000);
  await Promise.resolve();
  expect(calls.slice(1)).toEqual(["networkctl reload", "networkctl reconfigure eth0"]);

  write("run/systemd/netif/links/4", "ADMIN_STATE=unmanaged\n");
  await expect(changeInterface(STATE, { mtu: 1400 }, { run, scheduler, root })).rejects.toThrow(
    "Neither NetworkManager",
  );
});

test("interfaces tell who gave their addresses", async () => {
  write("sys/class/net/eth0/mtu", "1500\n");
  write("sys/class/net/eth0/speed", "1000\n");
  write("sys/class/net/eth0/duplex", "full\n");
  write("proc/sys/net/ipv6/conf/eth0/accept_ra", "1\n");
  const own = (address: string, family: "ipv4" | "ipv6", prefix: number, internal = false) => ({
    address,
    family,
    prefix,
    internal,
  });
  const addresses = [
    own("192.0.2.7", "ipv4", 24),
    own("192.0.2.8", "ipv4", 24),
    own("169.254.1.1", "ipv4", 16),
    own("2001:db8::7", "ipv6", 128),
    own("2001:db8::8", "ipv6", 64),
    own("fe80::7", "ipv6", 64),
  ];
  const interfaces = [
    { name: "lo", mac: "", state: "unknown", addresses: [own("127.0.0.1", "ipv4", 8, true)] },
    { name: "eth0", mac: "02:00:00:00:00:01", state: "up", addresses },
  ];
  const dynamic = ["192.0.2.7", "2001:db8::7", "2001:db8::8"].map((local) => ({ local, dynamic: true }));
  const run = async () => JSON.stringify([{}, { addr_info: [...dynamic, { local: "192.0.2.8" }] }]);
  const readings = { interfaces, gateways: [], dns: { servers: [], search: [] } };
  const [eth0, ...others] = await interfaceFacts(readings, run, root);
  expect(others).toEqual([]);
  expect(eth0).toMatchObject({ mtu: 1500, link: { speedMbps: 1000, isFullDuplex: true }, acceptsRouters: true });
  expect(eth0?.addresses.map(({ origin }) => origin)).toEqual([
    "dhcp",
    "manual",
    "link-local",
    "dhcp",
    "router",
    "link-local",
  ]);
  // without the tool, or with one that prints something else
  for (const output of [undefined, "", "{}", "no JSON"]) {
    const [plain] = await interfaceFacts(readings, async () => output, root);
    expect(plain?.addresses[0]?.origin).toBe("manual");
  }
});

test("time servers are written where the clock's keeper reads them", async () => {
  const calls: string[] = [];
  const run = async (command: readonly string[]) => String(calls.push(command.join(" ")));
  write("etc/systemd/timesyncd.conf", "[Time]\n#NTP=commented.example\nNTP=first.example second.example\n");
  expect(timeServers("systemd-timesyncd", root).manual).toEqual(["first.example", "second.example"]);
  await setTimeServers("systemd-timesyncd", ["192.0.2.123"], run, root);
  expect(read("etc/systemd/timesyncd.conf.d/rotordream.conf")).toBe("[Time]\nNTP=\nNTP=192.0.2.123\n");
  expect(timeServers("systemd-timesyncd", root).manual).toEqual(["192.0.2.123"]);
  await setTimeServers("systemd-timesyncd", undefined, run, root);
  expect(timeServers("systemd-timesyncd", root).manual).toEqual(["first.example", "second.example"]);
  await setTimeServers("chrony", ["pool.example"], run, root);
  expect(timeServers("chrony", root).manual).toEqual(["pool.example"]);
  expect(calls).toEqual([
    "systemctl try-restart systemd-timesyncd.service",
    "systemctl try-restart systemd-timesyncd.service",
    "chronyc reload sources",
  ]);
  await expect(setTimeServers("ntpd", ["a.example"], run, root)).rejects.toThrow("Neither");
  await expect(setTimeServers("chrony", ["a.example"], async () => undefined, root)).rejects.toThrow("chronyc refused");
});
