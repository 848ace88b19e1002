import { expect, test } from "bun:test";
import { RtspHeaders } from "../../../src/rtsp/protocol/headers.ts";
import { playHeaders, playOrder, type RecordedPlayback } from "../../../src/rtsp/recorded-media.ts";

test("a clock range of a time-lapse is spread over the time in which it was taken", () => {
  // ten hours at ten seconds
  const media = { durationSeconds: 120, startMs: Date.UTC(2026, 10, 30, 8), pace: 300 };
  const playback = { media, position: 12 } as RecordedPlayback;
  const request = {
    method: "PLAY",
    uri: "rtsp://host/recording",
    headers: new RtspHeaders([["Range", "clock=20261130T090000Z-20261130T100000Z"]]),
    cseq: 1,
    body: new Uint8Array(),
  };
  const order = playOrder(request, playback);
  expect(order).toEqual({ from: 12, to: 24, scale: 1 });
  expect(playHeaders(request, playback, { from: 12, to: 24, scale: 1 })[0]).toEqual([
    "Range",
    "clock=20261130T090000.000Z-20261130T100000.000Z",
  ]);
});
