import { expect, test } from "bun:test";
import { RtspSession } from "../../../src/rtsp/session.ts";
import { endpointKey, SessionTable } from "../../../src/rtsp/session-table.ts";
import type { MediaStream } from "../../../src/stream/media-stream.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/** A receiver's empty report and BYE. */
const BYE = Buffer.from("80c9000100000005" + "81cb000100000005", "hex");

/** A table, and sessions whose tracks send to given ports. */
function setUp() {
  const clock = createManualClock();
  const table = new SessionTable(clock, () => 0);
  const disconnected: string[] = [];
  const open = (viewer = "viewer", user?: string) =>
    new RtspSession({
      id: "1",
      presentation: "stream1",
      clock,
      cname: "test",
      closeOnResolutionChange: false,
      viewer: {
        id: viewer,
        peer: { address: "192.0.2.1", isSecure: false, isTunnelled: false },
        user: () => user,
        disconnect: () => disconnected.push(viewer),
      },
      isAllowed: () => true,
      onTracksChanged: (session) => table.add(session),
      onEnd: (session) => table.remove(session),
    });
  const send = (session: RtspSession, number: number, port: number) =>
    session.setTrack({
      number,
      url: `trackID=${number}`,
      stream: { ssrc: number, rtpTimestampNow: () => 0 } as unknown as MediaStream,
      transport: {
        rtcpEndpoint: endpointKey("192.0.2.1", port),
        channels: undefined,
        createViewer: ({ onStart }) => ({
          transport: "udp",
          start: () => onStart(undefined),
          stop: () => undefined,
          sent: () => ({ packets: 0, octets: 0 }),
          sendReport: () => undefined,
          sendBye: () => undefined,
          onDrain: () => undefined,
          close: () => undefined,
        }),
      },
    });
  const bye = (port: number) => table.onRtcp(BYE, endpointKey("192.0.2.1", port));
  return { table, open, send, bye, disconnected };
}

test("reports reach the track that sends there, also once its ports have changed", () => {
  const { table, open, send, bye } = setUp();
  const session = open();
  send(session, 0, 5005);
  send(session, 1, 5007);
  send(session, 1, 5009);
  bye(5007);
  expect(session.tracks.map(({ number }) => number)).toEqual([0, 1]);
  bye(5009);
  expect(session.tracks.map(({ number }) => number)).toEqual([0]);
  bye(5005);
  expect([session.state, table.size]).toEqual(["INIT", 0]);
});

test("an orphan ends when another session sends to the place of one of its tracks, not of a former one", () => {
  const { open, send } = setUp();
  const orphan = open();
  send(orphan, 0, 5005);
  send(orphan, 1, 5007);
  send(orphan, 1, 5009);
  orphan.play(() => undefined);
  orphan.onConnectionLost();
  send(open(), 0, 5007);
  expect(orphan.state).toBe("PLAYING");
  send(open(), 0, 5009);
  expect(orphan.state).toBe("INIT");
});

test("a viewer is found by an id that is not its session's, and ended with its connection, nobody else", () => {
  const { table, open, send, disconnected } = setUp();
  const [eva, other] = [open("one", "eva"), open("two")];
  send(eva, 0, 5005);
  send(other, 0, 5007);
  for (const session of [eva, other]) session.play(() => undefined);
  const [track] = eva.tracks;
  if (track === undefined) throw new Error("there is no track");
  const shown = { address: "192.0.2.1", transport: "udp", isSecure: false, isTunnelled: false, ageMs: 0 } as const;
  expect(table.viewers(track.stream)).toEqual([{ ...shown, id: "one", user: "eva", state: "playing" }]);
  expect(table.dismiss("1")).toBeUndefined();
  expect(table.dismiss("one")).toEqual({ user: "eva", address: "192.0.2.1", protocol: "RTSP" });
  expect([eva.state, other.state, disconnected]).toEqual(["INIT", "PLAYING", ["one"]]);
  expect(table.dismiss("one")).toBeUndefined();
});
