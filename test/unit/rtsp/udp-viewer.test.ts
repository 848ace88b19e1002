import { describe, expect, test } from "bun:test";
import { Egress, Library } from "bun-ffi-v4l2";
import { AppError } from "../../../src/core/errors.ts";
import type { RtpSocketPair } from "../../../src/rtsp/rtp-sockets.ts";
import { UdpViewer } from "../../../src/rtsp/udp-viewer.ts";
import type { VideoStream } from "../../../src/stream/video-stream.ts";

/** BV_MAX_DESTINATIONS. */
const MAX_DESTINATIONS = 1024;

describe("UdpViewer", () => {
  test("is refused as one too many, not as a defect, when the egress has no room", () => {
    const egress = Egress.create(Library.open());
    const create = () =>
      new UdpViewer(
        { egress } as VideoStream,
        { rtpFd: 0 } as RtpSocketPair,
        { address: "127.0.0.1", rtpPort: 5004, rtcpPort: 5005, source: undefined, transport: "udp" },
        { onStart: () => undefined, onResolutionChange: () => undefined },
      );
    try {
      for (let viewer = 0; viewer < MAX_DESTINATIONS; viewer += 1) create();
      let refusal: unknown;
      try {
        create();
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(AppError);
      expect((refusal as AppError).kind).toBe("limit-reached");
    } finally {
      egress.destroy();
    }
  });
});
