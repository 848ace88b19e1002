import { afterEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../../../src/modules/host/service.ts";
import { networkOperations } from "../../../../src/modules/onvif/device/network-operations.ts";
import { systemOperations } from "../../../../src/modules/onvif/device/system-operations.ts";
import type { OnvifService } from "../../../../src/modules/onvif/operation.ts";
import type { QualifiedName } from "../../../../src/soap/namespaces.ts";
import { findPath, type XmlElement } from "../../../../src/soap/xml-element.ts";
import { xml } from "../../../../src/soap/xml-writer.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { callOperation } from "../../../support/onvif-operation.ts";

const OWN = { address: "192.0.2.7", family: "ipv4", prefix: 24, internal: false } as const;
const UUID = "6f0c1a5e-2b6c-4b43-9d5c-0b7d3a1a0001";
const FACTS = { manufacturer: "a", model: "b", firmwareVersion: "1.2.3", serialNumber: "c", hardwareId: "d" };
let root = "";
afterEach(() => rmSync(root, { recursive: true }));

/** A machine of files whose one interface has its address from DHCP, and its tools as far as they are asked. */
function createMachine(has: "NetworkManager" | "systemd-networkd", isOurs = true) {
  root = mkdtempSync(join(tmpdir(), "rotordream-machine-"));
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write("etc/systemd/network/x", "");
  write("sys/class/net/eth0/ifindex", "4\n");
  write("run/systemd/netif/links/4", "ADMIN_STATE=configured\n");
  const { clock, scheduler } = createManualTime();
  const connection = new Map<string, string>();
  const host = createHost({
    network: () => ({
      interfaces: [{ name: "eth0", mac: "02:00:00:00:00:01", state: "up", addresses: [OWN] }],
      gateways: [{ address: "192.0.2.1", interface: "eth0", family: "ipv4" }],
      dns: { servers: ["192.0.2.53"], search: [] },
    }),
    clock: () => ({ source: "systemd-timesyncd", synchronized: "no" }),
    run: async ([tool, ...words]) => {
      if (tool === "ip") return JSON.stringify([{ addr_info: [{ local: OWN.address, dynamic: true }] }]);
      if (tool !== "nmcli") return "";
      if (has !== "NetworkManager") return undefined;
      if (words.includes("device")) return `${UUID}\n`;
      if (words[0] === "-g") return `${connection.get(words[1] ?? "") ?? "no"}\n`;
      for (let at = words.indexOf(UUID) + 1; at < words.length; at += 2)
        connection.set(words[at] ?? "", words[at + 1] ?? "");
      return "";
    },
    scheduler,
    isOurs,
    root,
  });
  const note = () => {};
  const service: OnvifService = {
    prefix: "tds",
    path: "/onvif/device_service",
    version: [1, 0],
    capabilities: () => xml("tds:Capabilities"),
    operations: {
      ...networkOperations(host, () => ({ http: 1, https: 2, rtsp: 3 }), note),
      ...systemOperations({ clock, host, note, facts: FACTS }),
    },
  };
  const ask = (name: QualifiedName, content = "") => callOperation(service, name, content);
  return { write, host, ask, clock };
}

/** The element's children as name and value, those of a host by its address. */
function told(answer: XmlElement | string, name: QualifiedName): readonly string[] {
  if (typeof answer === "string") return [answer];
  return (findPath(answer, name)?.children ?? []).map((one) => `${one.name} ${one.children[1]?.text ?? one.text}`);
}

const dns = (isFromDhcp: boolean, servers: readonly string[] = []) =>
  `<tds:FromDHCP>${isFromDhcp}</tds:FromDHCP>${servers.map((one) => `<tds:DNSManual><tt:Type>IPv4</tt:Type><tt:IPv4Address>${one}</tt:IPv4Address></tds:DNSManual>`).join("")}`;

for (const has of ["NetworkManager", "systemd-networkd"] as const)
  test(`name servers are told to be DHCP's as long as nobody sets others, with ${has}`, async () => {
    const { ask, host } = createMachine(has);
    const read = async () => told(await ask("tds:GetDNS"), "tds:DNSInformation");
    const fromDhcp = ["FromDHCP true", "DNSFromDHCP 192.0.2.53"];
    const manual = ["FromDHCP false", "DNSManual 192.0.2.53"];
    expect(await read()).toEqual(fromDhcp);
    await ask("tds:SetDNS", dns(false, ["192.0.2.53"]));
    expect(await read()).toEqual(manual);
    await host.changes?.changeInterface("eth0", { mtu: 1400 });
    expect(await read()).toEqual(manual);
    await ask("tds:SetDNS", dns(true));
    expect(await read()).toEqual(fromDhcp);
  });

test("time servers are told to be DHCP's as long as nobody sets others", async () => {
  const { ask, write } = createMachine("systemd-networkd");
  const read = async () => told(await ask("tds:GetNTP"), "tds:NTPInformation");
  expect(await read()).toEqual(["FromDHCP true"]);
  write("run/systemd/netif/leases/4", "ADDRESS=192.0.2.7\nNTP=192.0.2.123\n");
  expect(await read()).toEqual(["FromDHCP true", "NTPFromDHCP 192.0.2.123"]);
  await ask("tds:SetNTP", dns(false, ["192.0.2.124"]).replaceAll("DNSManual", "NTPManual"));
  expect(await read()).toEqual(["FromDHCP false", "NTPManual 192.0.2.124"]);
  await ask("tds:SetNTP", dns(false));
  expect(await read()).toEqual(["FromDHCP false"]);
  await ask("tds:SetNTP", dns(true));
  expect(await read()).toEqual(["FromDHCP true", "NTPFromDHCP 192.0.2.123"]);
});

test("local time and daylight saving are those of the zone that is told, also when it changes", async () => {
  const { ask, write, clock } = createMachine("systemd-networkd");
  clock.stepWallMs(Date.parse("2026-07-01T12:34:56Z") - clock.wallMs());
  const shown = async (zone: string) => {
    // where the environment names a zone, too
    for (const path of ["etc/localtime", `usr/share/zoneinfo/${process.env.TZ}`])
      write(path, `TZif2${"\0".repeat(90)}\n\0\n${zone}\n`);
    const answer = await ask("tds:GetSystemDateAndTime");
    if (typeof answer === "string") return answer;
    const at = (...path: readonly QualifiedName[]) => findPath(answer, "tds:SystemDateAndTime", ...path)?.text;
    const local = at("tt:LocalDateTime", "tt:Time", "tt:Hour");
    return [at("tt:TimeZone", "tt:TZ"), at("tt:DaylightSavings"), local, at("tt:LocalDateTime", "tt:Date", "tt:Day")];
  };
  const [berlin, auckland] = ["CET-1CEST,M3.5.0,M10.5.0/3", "NZST-12NZDT,M9.5.0,M4.1.0/3"];
  expect(await shown(berlin)).toEqual([berlin, "true", "14", "1"]);
  expect(await shown(auckland)).toEqual([auckland, "false", "0", "2"]);
});

test("a time zone is looked for only where the machine may be changed", async () => {
  const time = (zone: string) =>
    `<tds:DateTimeType>NTP</tds:DateTimeType><tds:DaylightSavings>false</tds:DaylightSavings><tds:TimeZone><tt:TZ>${zone}</tt:TZ></tds:TimeZone>`;
  const { ask } = createMachine("systemd-networkd", false);
  expect(await ask("tds:SetSystemDateAndTime", time("XYZ-3"))).toBe("ter:ActionNotSupported");
  rmSync(root, { recursive: true });
  const { ask: askOurs, write } = createMachine("systemd-networkd");
  write("usr/share/zoneinfo/Etc/There", `TZif2${"\0".repeat(90)}\n\0\nXYZ-3\n`);
  expect(await askOurs("tds:SetSystemDateAndTime", time("XYZ-4"))).toBe("ter:InvalidArgVal ter:InvalidTimeZone");
  expect(await askOurs("tds:SetSystemDateAndTime", time("XYZ-3"))).not.toBeString();
});
