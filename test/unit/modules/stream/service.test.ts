import { expect, test } from "bun:test";
import { createStreamService } from "../../../../src/modules/stream/service.ts";
import { STREAM } from "../../../support/http-front.ts";

const NO_STILLS = { take: () => Promise.reject(new Error("not asked for")) };

test.each([
  [554, 322, "cam.local", "rtsp://cam.local/stream1", "rtsps://cam.local/stream1"],
  [8554, 8322, "cam.local", "rtsp://cam.local:8554/stream1", "rtsps://cam.local:8322/stream1"],
  [554, 8322, "[::1]", "rtsp://[::1]/stream1", "rtsps://[::1]:8322/stream1"],
])("with the ports %d and %d on %s the URLs are %s and %s", (rtsp, rtsps, host, plain, secure) => {
  const service = createStreamService({
    streams: () => [STREAM],
    ports: () => ({ rtsp, rtsps }),
    jpegQuality: () => 85,
    snapshots: NO_STILLS,
  });
  const origin = `https://${host}:8443`;
  expect(service.streams({ host, origin, showsWho: false })[0]).toMatchObject({
    urls: {
      rtsp: plain,
      rtsps: secure,
      webrtc: `${origin}/api/webrtc/offer?stream=stream1`,
      whep: `${origin}/api/whep/stream1`,
    },
    viewers: { rtsp_tcp: 1, rtsp_udp: 2, total: 3 },
  });
});

test("each WebRTC viewer's state shows; who it is only to those who may see the system", () => {
  const path = { rttMs: 12.345, lossRatio: 0.012345, queueDelayMs: 3.21, receivedKbps: 499.6 };
  const moved = { id: "abc", user: "eva", address: "192.0.2.1", state: "playing", wants: "stream1" } as const;
  const begins = { ...moved, id: "def", user: undefined, state: "connecting", transport: undefined } as const;
  const nothing = { rttMs: undefined, lossRatio: undefined, queueDelayMs: undefined, receivedKbps: undefined };
  const service = createStreamService({
    streams: () => [
      {
        ...STREAM,
        name: "stream2",
        webrtcViewers: [
          { ...moved, transport: "udp", ageMs: 61_400, ...path },
          { ...begins, ageMs: 0, ...nothing },
        ],
      },
    ],
    ports: () => ({ rtsp: 554, rtsps: 322 }),
    jpegQuality: () => 85,
    snapshots: NO_STILLS,
  });
  const shown = (showsWho: boolean) =>
    JSON.parse(JSON.stringify(service.streams({ host: "cam", origin: "http://cam", showsWho })[0]?.webrtc_viewers));
  const playing = { state: "playing", wants: "stream1", transport: "udp", age_s: 61 };
  const numbers = { rtt_ms: 12.3, loss: 0.012, queue_ms: 3.2, kbps: 500 };
  expect(shown(false)).toEqual([
    { ...playing, ...numbers },
    { state: "connecting", wants: "stream1", age_s: 0 },
  ]);
  expect(shown(true)).toMatchObject([{ id: "abc", user: "eva", address: "192.0.2.1" }, { id: "def" }]);
});

test("stills have the quality of the settings unless asked otherwise", async () => {
  const qualities: number[] = [];
  const service = createStreamService({
    streams: () => [STREAM],
    ports: () => ({ rtsp: 554, rtsps: 322 }),
    jpegQuality: () => 42,
    snapshots: {
      take: async (_stream, quality) => {
        qualities.push(quality);
        return new Uint8Array();
      },
    },
  });
  await service.snapshot({ stream: "stream1", quality: undefined });
  await service.snapshot({ stream: "stream1", quality: 7 });
  expect(qualities).toEqual([42, 7]);
});

test("viewers over RTSP and MJPEG show likewise", () => {
  const who = { user: undefined, address: "192.0.2.1", ageMs: 1600 };
  const rtsp = { ...who, state: "paused", transport: "tcp", isSecure: true, isTunnelled: true } as const;
  const service = createStreamService({
    streams: () => [
      { ...STREAM, rtspViewers: [{ ...rtsp, id: "a", isJpeg: true }], mjpegViewers: [{ ...who, id: "b" }] },
    ],
    ports: () => ({ rtsp: 554, rtsps: 322 }),
    jpegQuality: () => 85,
    snapshots: NO_STILLS,
  });
  const shown = (showsWho: boolean) => {
    const [stream] = service.streams({ host: "cam", origin: "http://cam", showsWho });
    return JSON.parse(JSON.stringify([stream?.rtsp_viewers, stream?.mjpeg_viewers]));
  };
  const seen = { state: "paused", transport: "tcp", codec: "JPEG", encrypted: true, tunnelled: true, age_s: 2 };
  expect(shown(false)).toEqual([[seen], [{ age_s: 2 }]]);
  expect(shown(true)).toEqual([
    [{ ...seen, id: "a", address: "192.0.2.1" }],
    [{ id: "b", address: "192.0.2.1", age_s: 2 }],
  ]);
});
