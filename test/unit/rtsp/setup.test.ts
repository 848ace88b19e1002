import { describe, expect, test } from "bun:test";
import { peerOf } from "../../../src/rtsp/peer.ts";
import { parseTransport } from "../../../src/rtsp/protocol/transport-header.ts";
import type { RtspServices } from "../../../src/rtsp/services.ts";
import { chooseTransport } from "../../../src/rtsp/setup.ts";
import type { SocketQueue } from "../../../src/rtsp/socket-queue.ts";
import type { VideoStream } from "../../../src/stream/video-stream.ts";

const OFFER = "RTP/AVP;unicast;client_port=5004-5005,RTP/AVP/TCP;unicast;interleaved=0-1";

/** What becomes of an offer of UDP before TCP. */
function chosenFor(address: string, localAddress: string, offer = OFFER): string | undefined {
  const sockets = { family: 6, rtpPort: 6970, rtcpPort: 6971, rtpFd: 0 } as const;
  const services = { transport: { sockets: () => sockets, multicast: () => undefined } };
  return chooseTransport(parseTransport(offer), {
    services: services as unknown as RtspServices,
    stream: { ssrc: 1 } as VideoStream,
    peer: peerOf(address, 50_000, localAddress),
    queue: {} as SocketQueue,
    takenChannels: new Set(),
    only: undefined,
  })?.agreed.kind;
}

describe("chooseTransport", () => {
  // the socket reports such a peer without its zone, and the kernel sends nothing from a link-local address without one (EINVAL)
  test("takes TCP for a link-local peer, whom no datagram can reach", () => {
    expect(chosenFor("fe80::1", "fe80::2")).toBe("tcp");
    expect(chosenFor("febf::1", "febf::2")).toBe("tcp");
    expect(chosenFor("fd00::1", "fd00::2")).toBe("udp");
    expect(chosenFor("fec0::1", "fec0::2")).toBe("udp");
    expect(chosenFor("169.254.0.1", "169.254.0.2")).toBe("udp");
  });

  test.each([
    ["fd00::1", "fd00::1", "udp"],
    ["fd00::1", "[fd00::1]", "udp"],
    ["fd00::1", "FD00:0:0:0:0:0:0:1", "udp"],
    ["fd00::1", "fd00::2", undefined],
    ["fd00::1", "fe80::1%eth0", undefined],
    ["192.0.2.1", "192.0.2.1", "udp"],
    ["192.0.2.1", "192.0.2.2", undefined],
    ["192.0.2.1", "3221225985", undefined],
    ["192.0.2.1", "camera.example", undefined],
  ])("from %s with destination=%s: %p", (address, destination, expected) => {
    const offer = `RTP/AVP;unicast;client_port=5004-5005;destination=${destination}`;
    expect(chosenFor(address, address, offer)).toBe(expected as string);
  });
});
