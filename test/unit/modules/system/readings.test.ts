import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createClockReadings } from "../../../../src/modules/system/clock-readings.ts";
import { createNetworkReadings } from "../../../../src/modules/system/network-readings.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rotordream-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
}

test("the kernel's word counts; without it only systemd's daemon leaves a trace", () => {
  const told = (kernel: boolean | undefined) => createClockReadings(root, () => kernel)();
  expect(told(undefined)).toEqual({ source: "unknown", synchronized: "unknown" });
  expect(told(true)).toEqual({ source: "unknown", synchronized: "yes" });
  put("/run/chrony/chronyd.sock", "");
  expect(told(undefined)).toEqual({ source: "chrony", synchronized: "unknown" });
  expect(told(false)).toEqual({ source: "chrony", synchronized: "no" });
  mkdirSync(`${root}/run/systemd/timesync`, { recursive: true });
  expect(told(undefined)).toEqual({ source: "systemd-timesyncd", synchronized: "no" });
  put("/run/systemd/timesync/synchronized", "");
  expect(told(undefined)).toEqual({ source: "systemd-timesyncd", synchronized: "yes" });
});

test("the kernel can be asked here", () => {
  expect(["yes", "no", "unknown"]).toContain(createClockReadings()().synchronized);
});

test("gateways and name servers are read from what the kernel and the C library use", () => {
  put(
    "/proc/net/route",
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
`,
  );
  const zeros = "0".repeat(32);
  put(
    "/proc/net/ipv6_route",
    `${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo
20010db8000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0
`,
  );
  put(
    "/etc/resolv.conf",
    "# nameserver 192.0.2.1\nnameserver 192.0.2.53\nnameserver  2001:db8::53\nsearch example.org lan\n",
  );
  expect(createNetworkReadings(root)()).toMatchObject({
    gateways: [
      { address: "192.0.2.1", interface: "eth0", family: "ipv4" },
      { address: "fe80::1", interface: "eth0", family: "ipv6" },
    ],
    dns: { servers: ["192.0.2.53", "2001:db8::53"], search: ["example.org", "lan"] },
  });
});

test("where systemd-resolved answers, the servers that it asks show", () => {
  put("/etc/resolv.conf", "nameserver 127.0.0.53\noptions edns0\n");
  expect(createNetworkReadings(root)().dns.servers).toEqual(["127.0.0.53"]);
  put("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\nsearch lan\n");
  expect(createNetworkReadings(root)().dns).toEqual({ servers: ["192.0.2.53"], search: ["lan"] });
});

test("files that are missing or strange leave their part out", () => {
  expect(createNetworkReadings(root)()).toMatchObject({ gateways: [], dns: { servers: [], search: [] } });
  put("/proc/net/route", "\n\n00000000\neth0 00000000\n");
  put("/proc/net/ipv6_route", "junk\n \n");
  put("/etc/resolv.conf", "nameserver 192.0.2.1\n".repeat(100));
  const { gateways, dns } = createNetworkReadings(root)();
  expect([gateways.length, dns.servers.length]).toEqual([0, 8]);
});

test("this machine's loopback interface shows", () => {
  const loopback = createNetworkReadings()().interfaces.find(({ name }) => name === "lo");
  expect(loopback?.addresses).toContainEqual({ address: "127.0.0.1", family: "ipv4", prefix: 8, internal: true });
});
