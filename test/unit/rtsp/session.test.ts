import { describe, expect, test } from "bun:test";
import { RtspSession } from "../../../src/rtsp/session.ts";
import type { ViewerEvents } from "../../../src/rtsp/viewer.ts";
import type { VideoStream } from "../../../src/stream/video-stream.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/** A session whose viewer notes what is asked of it; its first packet comes when the test says so. */
function setUp(isFull = false) {
  const asked: string[] = [];
  let events: ViewerEvents | undefined;
  const session = new RtspSession({
    id: "1",
    stream: { ssrc: 1, rtpTimestampNow: () => 0 } as unknown as VideoStream,
    trackUrl: "rtsp://h/stream1/trackID=0",
    clock: createManualClock(),
    cname: "test",
    closeOnResolutionChange: false,
    peerAddress: "192.0.2.1",
    isAllowed: () => true,
    createViewer: (viewerEvents) => {
      events = viewerEvents;
      return {
        transport: "udp",
        start: () => {
          asked.push("start");
          if (isFull) throw new Error("full");
        },
        stop: () => asked.push("stop"),
        sent: () => ({ packets: 0, octets: 0 }),
        sendReport: () => asked.push("report"),
        sendBye: () => asked.push("bye"),
        onDrain: () => undefined,
        close: () => asked.push("close"),
      };
    },
    onEnd: () => undefined,
  });
  const begin = () => events?.onStart({ sequence: 0, rtpTimestamp: 0 });
  return { session, asked, begin };
}

describe("RtspSession", () => {
  test("reports at once when it begins", () => {
    const { session, asked, begin } = setUp();
    session.play(() => asked.push("announce"));
    begin();
    expect(asked).toEqual(["start", "announce", "report"]);
  });

  test("is as it was when its viewer cannot start", () => {
    const { session } = setUp(true);
    expect(() => session.play(() => undefined)).toThrow("full");
    expect(session.state).toBe("READY");
  });

  // the answer to PLAY may find the connection gone, which ends the session; its viewer holds nothing any more
  test("asks nothing of its viewer once it has ended", () => {
    const { session, asked, begin } = setUp();
    session.play(() => session.end());
    begin();
    session.tick(0);
    expect(asked).toEqual(["start", "bye", "close"]);
  });
});
