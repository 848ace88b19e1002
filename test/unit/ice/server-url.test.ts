import { expect, test } from "bun:test";
import { parseIceServerUrl } from "../../../src/ice/server-url.ts";

test("URLs of RFC 7064 and RFC 7065, with their default ports and transports", () => {
  const read = (url: string) => {
    const { isTurn, host, port, transport } = parseIceServerUrl(url) ?? {};
    return [isTurn, host, port, transport];
  };
  expect(read("stun:stun.example")).toEqual([false, "stun.example", 3478, "udp"]);
  expect(read("stun:[2001:db8::1]:5000")).toEqual([false, "2001:db8::1", 5000, "udp"]);
  expect(read("turn:192.0.2.1:3478?transport=udp")).toEqual([true, "192.0.2.1", 3478, "udp"]);
  expect(read("turn:turn.example?transport=tcp")).toEqual([true, "turn.example", 3478, "tcp"]);
  expect(read("turns:turn.example")).toEqual([true, "turn.example", 5349, "tls"]);
  expect(read("turns:turn.example:443?transport=tcp")).toEqual([true, "turn.example", 443, "tls"]);
  expect(read("turns:turn.example?transport=udp")).toEqual([true, "turn.example", 5349, "dtls"]);
  for (const url of [
    "http://x",
    "stun:",
    "turn:user@x",
    "turn:x:0",
    "turn:x:65536",
    "turn:x?transport=sctp",
    "turn:2001:db8::1",
    "stun:x\r\n",
  ])
    expect(parseIceServerUrl(url)).toBeUndefined();
});
