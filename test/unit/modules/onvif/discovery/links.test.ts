import { expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { addressesTowards, isOwn, linksOf } from "../../../../../src/modules/onvif/discovery/links.ts";

function address(cidr: string, internal = false): NetworkInterfaceInfo {
  const [bare = ""] = cidr.split("/");
  const shared = { address: bare, netmask: "", mac: "", internal, cidr };
  return bare.includes(":") ? { ...shared, family: "IPv6", scopeid: 0 } : { ...shared, family: "IPv4" };
}

const MACHINE = {
  lo: [address("127.0.0.1/8", true), address("::1/128", true)],
  eth0: [address("192.0.2.130/25"), address("2001:db8::5/64"), address("fe80::5/64")],
  wlan0: [address("10.1.2.3/8"), address("192.0.2.2/25")],
};
const names = (listen: readonly string[]) => linksOf(MACHINE, listen).map(({ name }) => name);

test("links are those that we listen on, loopback only where that is all", () => {
  expect(names(["0.0.0.0", "::"])).toEqual(["eth0", "wlan0"]);
  expect(names(["10.1.2.3"])).toEqual(["wlan0"]);
  expect(names(["::"])).toEqual(["eth0"]);
  expect(names(["127.0.0.1", "::1"])).toEqual(["lo"]);
  expect(linksOf({ lo: MACHINE.lo }, ["0.0.0.0"])).toEqual([]);
  expect(linksOf({}, ["127.0.0.1"])).toEqual([]);
});

test("a peer is told the addresses of its own subnet, and others nothing", () => {
  const links = linksOf(MACHINE, ["0.0.0.0", "::"]);
  for (const [peer, expected] of [
    ["192.0.2.200", ["192.0.2.130"]],
    ["192.0.2.7", ["192.0.2.2"]],
    ["10.255.0.1", ["10.1.2.3"]],
    ["2001:db8::99", ["2001:db8::5"]],
    ["fe80::9%eth0", ["2001:db8::5", "fe80::5"]],
    ["fe80::9%wlan0", []],
    ["fe80::9%eth7", []],
    ["192.0.3.1", []],
    ["2001:db8:0:1::1", []],
    ["127.0.0.1", []],
    ["nowhere", []],
  ] as const)
    expect([peer, addressesTowards(peer, links)]).toEqual([peer, [...expected]]);
  expect([isOwn("10.1.2.3", links), isOwn("fe80::5%eth0", links), isOwn("10.1.2.4", links)]).toEqual([
    true,
    true,
    false,
  ]);
});
