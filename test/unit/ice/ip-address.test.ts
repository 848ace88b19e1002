import { expect, test } from "bun:test";
import { isInSubnet } from "../../../src/ice/ip-address.ts";

test("a subnet holds the addresses that share its bits, whole bytes or not", () => {
  const cases = [
    ["192.0.2.9", "192.0.2.7", 24, true],
    ["192.0.3.9", "192.0.2.7", 24, false],
    ["192.0.3.9", "192.0.2.7", 23, true],
    ["192.0.2.130", "192.0.2.7", 25, false],
    ["192.0.2.7", "192.0.2.7", 32, true],
    ["192.0.2.6", "192.0.2.7", 32, false],
    ["203.0.113.1", "192.0.2.7", 0, true],
    ["2001:db8::9", "2001:DB8:0::7", 64, true],
    ["2001:db8:0:1::9", "2001:db8::7", 64, false],
    ["fe80::1%eth0", "fe80::7", 10, true],
    // families are apart, also where one is mapped into the other
    ["::ffff:192.0.2.9", "192.0.2.7", 24, false],
    ["192.0.2.9", "nowhere", 24, false],
    ["", "192.0.2.7", 0, false],
  ] as const;
  for (const [address, own, prefix, expected] of cases)
    expect([address, own, prefix, isInSubnet(address, own, prefix)]).toEqual([address, own, prefix, expected]);
});
