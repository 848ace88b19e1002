import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { findPath } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

// The tools are scripts that note how they were called: the real ones would change the machine that tests run on.
const folder = mkdtempSync(join(tmpdir(), "rotordream-tools-"));
const NOTES = join(folder, "notes");
const [LINK, addresses = []] =
  Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ internal }) => !internal)) ??
  Object.entries(networkInterfaces())[0] ??
  [];

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  for (const tool of ["hostnamectl", "timedatectl", "nmcli", "systemctl"]) {
    const path = join(folder, tool);
    const answer = tool === "nmcli" ? '[ "$1" = -g ] && echo 6f0c1a5e-2b6c-4b43-9d5c-0b7d3a1a0001' : ":";
    writeFileSync(
      path,
      `#!/bin/sh\n{ printf %s "${tool}"; printf ' [%s]' "$@"; echo; } >> ${NOTES}\n[ -e ${folder}/fails ] && exit 1\n${answer}\nexit 0\n`,
    );
    chmodSync(path, 0o755);
  }
  server = await startServer([], { ROTORDREAM_ONVIF_MANAGE_HOST: "true", PATH: folder });
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  writeFileSync(NOTES, "");
  rmSync(join(folder, "fails"), { force: true });
});

function calls(): readonly string[] {
  return readFileSync(NOTES, "utf8").trim().split("\n");
}

const time = (type: string, zone: string, more = "") =>
  `<tds:DateTimeType>${type}</tds:DateTimeType><tds:DaylightSavings>false</tds:DaylightSavings><tds:TimeZone><tt:TZ>${zone}</tt:TZ></tds:TimeZone>${more}`;
const date = (year: number, month: number, day: number, hour = 12) =>
  `<tds:UTCDateTime><tt:Time><tt:Hour>${hour}</tt:Hour><tt:Minute>34</tt:Minute><tt:Second>56</tt:Second></tt:Time><tt:Date><tt:Year>${year}</tt:Year><tt:Month>${month}</tt:Month><tt:Day>${day}</tt:Day></tt:Date></tds:UTCDateTime>`;

test("name and clock are set by the distribution's tools", async () => {
  await client.ask("tds:SetHostname", "<tds:Name>front-door</tds:Name>");
  expect(calls()).toEqual(["hostnamectl [set-hostname] [front-door]"]);
  writeFileSync(NOTES, "");
  await client.ask("tds:SetSystemDateAndTime", time("Manual", "CET-1CEST,M3.5.0,M10.5.0/3", date(2026, 2, 28)));
  expect(calls()[0]).toMatch(/^timedatectl \[set-timezone\] \[(Africa|Europe)\/\w+\]$/);
  expect(calls().slice(1)).toEqual([
    "timedatectl [set-ntp] [false]",
    "timedatectl [set-time] [2026-02-28 12:34:56 UTC]",
  ]);
  for (const [content, subcode] of [
    [time("Manual", "CET-1CEST,M3.5.0,M10.5.0/3", date(2026, 2, 29)), "ter:InvalidDateTime"],
    [time("Manual", "UTC0", date(2026, 2, 28, 24)), "ter:InvalidDateTime"],
    [time("Manual", "UTC0", date(2099, 2, 28)), "ter:InvalidDateTime"],
    [time("Manual", "UTC0", date(Number.NaN, 2, 28)), "ter:InvalidDateTime"],
    [time("Manual", "UTC0"), "ter:InvalidDateTime"],
    [time("NTP", "../../etc/passwd"), "ter:InvalidTimeZone"],
    [time("NTP", ""), "ter:InvalidTimeZone"],
    [time("NTP", "XYZ-3"), "ter:InvalidTimeZone"],
  ] as const) {
    writeFileSync(NOTES, "");
    expect(subcodes(await client.call("tds:SetSystemDateAndTime", content))).toEqual(["ter:InvalidArgVal", subcode]);
    expect(calls()).toEqual([""]);
  }
  expect(subcodes(await client.call("tds:SetSystemDateAndTime", time("GPS", "UTC0")))).toEqual(["ter:InvalidArgVal"]);
});

test("an interface is changed through NetworkManager, after the answer has left", async () => {
  const ipv4 =
    "<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Manual><tt:Address>198.51.100.7</tt:Address><tt:PrefixLength>24</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:IPv4>";
  const answer = await client.ask(
    "tds:SetNetworkInterfaces",
    `<tds:InterfaceToken>${LINK}</tds:InterfaceToken><tds:NetworkInterface><tt:MTU>1400</tt:MTU>${ipv4}</tds:NetworkInterface>`,
  );
  expect(findPath(answer, "tds:RebootNeeded")?.text).toBe("false");
  const id = "[uuid] [6f0c1a5e-2b6c-4b43-9d5c-0b7d3a1a0001]";
  expect(calls()).toEqual([
    `nmcli [-g] [GENERAL.CON-UUID] [device] [show] [${LINK}]`,
    `nmcli [connection] [modify] ${id} [802-3-ethernet.mtu] [1400] [ipv4.method] [manual] [ipv4.addresses] [198.51.100.7/24]`,
  ]);
  await until(() => calls().length > 2);
  expect(calls()[2]).toBe(`nmcli [connection] [up] ${id}`);
  writeFileSync(NOTES, "");
  const dns =
    "<tds:FromDHCP>false</tds:FromDHCP><tds:SearchDomain>example.org</tds:SearchDomain><tds:DNSManual><tt:Type>IPv4</tt:Type><tt:IPv4Address>192.0.2.53</tt:IPv4Address></tds:DNSManual>";
  await client.ask("tds:SetDNS", dns);
  expect(calls()[1]).toContain("[ipv4.dns] [192.0.2.53] [ipv4.dns-search] [example.org] [ipv4.ignore-auto-dns] [yes]");
  const own = addresses.find(({ family }) => family === "IPv4")?.address ?? "";
  const gateway = own.replace(/\d+$/, (last) => String((Number(last) % 250) + 1));
  await until(() => calls().length > 2);
  writeFileSync(NOTES, "");
  await client.ask("tds:SetNetworkDefaultGateway", `<tds:IPv4Address>${gateway}</tds:IPv4Address>`);
  expect(calls()[1]).toEndWith(`[connection] [modify] ${id} [ipv4.gateway] [${gateway}]`);
});

test("a tool that refuses is a failed action", async () => {
  writeFileSync(join(folder, "fails"), "");
  const refused = await client.call("tds:SetHostname", "<tds:Name>front-door</tds:Name>");
  expect([refused.status, subcodes(refused)]).toEqual([500, ["ter:Action"]]);
});

test("the capabilities tell of time servers, and a reboot is the machine's", async () => {
  const { body } = await client.call("tds:GetServiceCapabilities");
  expect(findPath(body, "tds:Capabilities", "tds:Network")?.attributes.get("NTP")).toBe("4");
  const answer = await client.ask("tds:SystemReboot");
  expect(findPath(answer, "tds:Message")?.text).toBe("The device reboots");
  expect(calls()).toEqual(["systemctl [reboot]"]);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
