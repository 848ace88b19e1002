import { describe, expect, test } from "bun:test";
import { Library } from "bun-ffi-v4l2";
import { openRtpSocketPair } from "../../../src/rtsp/rtp-sockets.ts";

describe("openRtpSocketPair", () => {
  // the network of a viewer can go at any time, and reports are sent from timers and from publishing
  test("loses a report for which there is no way, as any datagram may be lost", async () => {
    const pair = await openRtpSocketPair({
      library: Library.open(),
      family: 4,
      hostname: "127.0.0.1",
      onRtcp: () => undefined,
    });
    try {
      expect(() => pair.sendRtcp(Buffer.alloc(28), 5005, "192.0.2.1")).not.toThrow();
    } finally {
      pair.close();
    }
  });
});
