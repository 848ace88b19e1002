import { describe, expect, test } from "bun:test";
import type { TrackBegin } from "../../../src/rtsp/protocol/rtp-info.ts";
import { RtspSession } from "../../../src/rtsp/session.ts";
import type { ViewerEvents, ViewerTransport } from "../../../src/rtsp/viewer.ts";
import type { MediaStream } from "../../../src/stream/media-stream.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const START = { sequence: 7, rtpTimestamp: 90 };

/** A receiver's empty report and BYE. */
const BYE = Buffer.from("80c9000100000005" + "81cb000100000005", "hex");

interface Track {
  readonly transport?: ViewerTransport;
  /** Its start throws. */
  readonly isFull?: boolean;
  /** It begins during its start, as metadata does. */
  readonly beginsAtOnce?: boolean;
}

/** A session whose viewers note what is asked of them, with their number; their first packets come when the test says so. */
function setUp(...tracks: readonly Track[]) {
  const asked: string[] = [];
  const events: ViewerEvents[] = [];
  const session = new RtspSession({
    id: "1",
    presentation: "stream1",
    clock: createManualClock(),
    cname: "test",
    closeOnResolutionChange: false,
    viewer: {
      id: "viewer",
      peer: { address: "192.0.2.1", isSecure: false, isTunnelled: false },
      user: () => undefined,
      disconnect: () => undefined,
    },
    isAllowed: () => true,
    onTracksChanged: () => undefined,
    onEnd: () => asked.push("end"),
  });
  const add = (number: number, { transport = "udp", isFull, beginsAtOnce }: Track) =>
    session.setTrack({
      number,
      url: `trackID=${number}`,
      stream: { ssrc: number, rtpTimestampNow: () => 0 } as unknown as MediaStream,
      transport: {
        rtcpEndpoint: `endpoint ${number}`,
        channels: undefined,
        createViewer: (viewerEvents) => {
          events[number] = viewerEvents;
          return {
            transport,
            start: () => {
              asked.push(`start ${number}`);
              if (isFull) throw new Error("full");
              if (beginsAtOnce) viewerEvents.onStart(START);
            },
            stop: () => asked.push(`stop ${number}`),
            sent: () => ({ packets: 0, octets: 0 }),
            sendReport: () => asked.push(`report ${number}`),
            sendBye: () => asked.push(`bye ${number}`),
            onDrain: () => undefined,
            close: () => asked.push(`close ${number}`),
          };
        },
      },
    });
  for (const [number, track] of tracks.entries()) add(number, track);
  const begin = (number = 0) => events[number]?.onStart(START);
  const announce = (begins: readonly TrackBegin[]) => {
    asked.push(`announce ${begins.map(({ url, start }) => `${url} ${start?.sequence}`).join(", ")}`);
  };
  return { session, asked, begin, announce, add };
}

describe("RtspSession", () => {
  test("reports at once when it begins", () => {
    const { session, asked, begin, announce } = setUp({});
    session.play(announce);
    begin();
    expect(asked).toEqual(["start 0", "announce trackID=0 7", "report 0"]);
  });

  test("is as it was when a viewer cannot start", () => {
    for (const tracks of [[{ isFull: true }], [{ beginsAtOnce: true }, { isFull: true }]]) {
      const { session, asked } = setUp(...tracks);
      expect(() => session.play(() => undefined)).toThrow("full");
      expect(session.state).toBe("READY");
      expect(asked).toContain("stop 0");
    }
  });

  // the answer to PLAY may find the connection gone, which ends the session; its viewer holds nothing any more
  test("asks nothing of its viewer once it has ended", () => {
    const { session, asked, begin } = setUp({});
    session.play(() => session.end());
    begin();
    session.tick(0);
    expect(asked).toEqual(["start 0", "bye 0", "close 0", "end"]);
  });
});

describe("a session with two tracks", () => {
  test("lets the second begin with the first, then answers, then reports both", () => {
    const { session, asked, begin, announce } = setUp({}, { beginsAtOnce: true });
    session.play(announce);
    expect(asked).toEqual(["start 0"]);
    begin();
    expect(asked.slice(1)).toEqual(["start 1", "announce trackID=0 7, trackID=1 7", "report 0", "report 1"]);
  });

  test("plays in the order of their numbers, in whatever order they were set up", () => {
    const { session, asked, add, announce } = setUp();
    add(1, { beginsAtOnce: true });
    add(0, { beginsAtOnce: true });
    session.play(announce);
    expect(asked.slice(0, 3)).toEqual(["start 0", "start 1", "announce trackID=0 7, trackID=1 7"]);
  });

  test("answers late without the track that has not begun, and lets the other begin", () => {
    const { session, asked, begin, announce } = setUp({}, { beginsAtOnce: true });
    session.play(announce);
    session.announceLate();
    expect(asked).toEqual(["start 0", "start 1", "announce trackID=0 undefined, trackID=1 7", "report 1"]);
    begin();
    expect(asked.slice(4)).toEqual(["report 0"]);
  });

  test("pauses both and plays both again", () => {
    const { session, asked, announce } = setUp({ beginsAtOnce: true }, { beginsAtOnce: true });
    session.play(announce);
    session.pause();
    asked.length = 0;
    session.play(announce);
    expect(asked).toEqual(["start 0", "start 1", "announce trackID=0 7, trackID=1 7", "report 0", "report 1"]);
  });

  test("loses the track whose receiver leaves, and ends with the last", () => {
    const { session, asked, announce } = setUp({ beginsAtOnce: true }, { beginsAtOnce: true });
    session.play(announce);
    asked.length = 0;
    session.onRtcp(BYE, "endpoint 1");
    expect(asked).toEqual(["bye 1", "close 1"]);
    session.onRtcp(BYE, "endpoint 1");
    expect(session.state).toBe("PLAYING");
    session.onRtcp(BYE, "endpoint 0");
    expect(asked.slice(2)).toEqual(["bye 0", "close 0", "end"]);
  });

  test("replaces a track that is set up again", () => {
    const { session, asked, add } = setUp({}, {});
    add(1, { transport: "tcp" });
    expect(asked).toEqual(["close 1"]);
    expect(session.tracks.map(({ transport }) => transport)).toEqual(["udp", "tcp"]);
  });

  test("ends with its connection unless all of it goes over UDP", () => {
    for (const transport of ["udp", "tcp"] as const) {
      const { session, announce } = setUp({ beginsAtOnce: true }, { beginsAtOnce: true, transport });
      session.play(announce);
      session.onConnectionLost();
      expect(session.state).toBe(transport === "udp" ? "PLAYING" : "INIT");
    }
  });
});
