import { describe, expect, test } from "bun:test";
import { candidatePriority, formatCandidate, pairPriority, parseCandidate } from "../../../src/ice/candidate.ts";

describe("candidates", () => {
  test("are read as browsers write them", () => {
    expect(
      parseCandidate(
        "candidate:842163049 1 UDP 1677729535 203.0.113.7 44323 typ srflx raddr 0.0.0.0 rport 0 generation 0",
      ),
    ).toEqual({
      foundation: "842163049",
      transport: "udp",
      priority: 1677729535,
      address: "203.0.113.7",
      port: 44323,
      type: "srflx",
    });
    expect(parseCandidate("a=candidate:1 1 TCP 2105524479 2001:DB8::5 9 typ host tcptype active")).toMatchObject({
      transport: "tcp",
      tcpType: "active",
      address: "2001:db8::5",
    });
  });

  test("are refused with a reason", () => {
    for (const [text, reason] of [
      ["1999427748 1 udp 2113937151 0d0ab162-5efb-4863-ad87-5e61b2130fa0.local 39470 typ host", "hidden name"],
      ["1 2 udp 2113937151 10.0.0.1 5 typ host", "another component"],
      ["1 1 sctp 2113937151 10.0.0.1 5 typ host", "unknown transport"],
      ["1 1 udp 2113937151 10.0.0.1 65536 typ host", "malformed"],
      ["1 1 udp 0 10.0.0.1 5 typ host", "malformed"],
      ["1 1 udp 4294967296 10.0.0.1 5 typ host", "malformed"],
      ["1 1 udp 1 10.0.0.1 5 typ elsewhere", "malformed"],
      ["1 1 udp 1 10.0.0.1 5 typ constructor", "malformed"],
      ["1 1 tcp 1 10.0.0.1 5 typ host", "malformed"],
      ["1 1 udp 1 10.0.0.1 5", "malformed"],
      ["", "malformed"],
      [`1 1 udp 1 10.0.0.1 5 typ host ${"x".repeat(600)}`, "malformed"],
    ] as const)
      expect(parseCandidate(text)).toBe(reason);
  });

  test("come back as they were written", () => {
    const text = "7 1 tcp 1518280447 192.0.2.4 8189 typ srflx raddr 10.0.0.1 rport 8189 tcptype passive";
    const candidate = parseCandidate(text);
    if (typeof candidate === "string") throw new Error(candidate);
    expect(formatCandidate({ ...candidate, related: { address: "10.0.0.1", port: 8189 } })).toBe(text);
  });
});

test("priorities are those of RFC 8445", () => {
  // §5.1.2.1's formula with the values that every browser shows for a first host candidate
  expect(candidatePriority("host", "udp", 65535)).toBe(2130706431);
  expect(candidatePriority("host", "tcp", 65535)).toBeLessThan(candidatePriority("srflx", "udp", 0));
  expect(candidatePriority("relay", "udp", 65535)).toBeLessThan(candidatePriority("host", "tcp", 0));
  expect(pairPriority(3, 2)).toBe((2n << 32n) + 7n);
  expect(pairPriority(2, 3)).toBe((2n << 32n) + 6n);
});
