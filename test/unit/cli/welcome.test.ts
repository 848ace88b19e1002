import { expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { type ServiceAddress, welcomeLines } from "../../../src/cli/welcome.ts";

const of = (address: string, family: "IPv4" | "IPv6", internal = false): NetworkInterfaceInfo =>
  ({ address, family, internal, netmask: "", mac: "", cidr: null, scopeid: 0 }) as NetworkInterfaceInfo;
const LOOPBACK = [of("127.0.0.1", "IPv4", true), of("::1", "IPv6", true)];
const ANYWHERE: readonly ServiceAddress[] = [
  { service: "http", url: "http://0.0.0.0:8080/" },
  { service: "http", url: "http://[::]:8080/" },
  { service: "rtsp", url: "rtsp://0.0.0.0:8554/stream1" },
  { service: "webrtc", url: "webrtc://0.0.0.0:8189" },
];

test("addresses that can be opened stand for those that cannot", () => {
  const interfaces = {
    lo: LOOPBACK,
    eth0: [of("192.168.1.20", "IPv4"), of("fe80::1", "IPv6"), of("2001:db8::5", "IPv6")],
  };
  expect(welcomeLines(ANYWHERE, interfaces)).toEqual([
    "  Page   http://192.168.1.20:8080/",
    "  Video  rtsp://192.168.1.20:8554/stream1",
  ]);
  expect(welcomeLines([{ service: "https", url: "https://[::]:8443/" }], interfaces)).toEqual([
    "  Page   https://[2001:db8::5]:8443/",
  ]);
});

test("without a network this machine itself is left, and what was asked for stays as it is", () => {
  expect(welcomeLines(ANYWHERE, { lo: LOOPBACK })[0]).toBe("  Page   http://127.0.0.1:8080/");
  expect(welcomeLines([{ service: "http", url: "http://[::]:8080/" }], {})).toEqual(["  Page   http://[::1]:8080/"]);
  const one: ServiceAddress = { service: "http", url: "http://10.0.0.7:80/" };
  expect(welcomeLines([one], { eth0: [of("192.168.1.20", "IPv4")] })).toEqual(["  Page   http://10.0.0.7:80/"]);
});
