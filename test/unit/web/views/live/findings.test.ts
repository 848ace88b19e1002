import { expect, test } from "bun:test";
import { RequestError } from "../../../../../src/web/api/request-error.ts";
import { en } from "../../../../../src/web/text/en.ts";
import { type Evidence, findings } from "../../../../../src/web/views/live/findings.ts";
import type { LiveFailure } from "../../../../../src/web/views/live/live-video.ts";
import { portsOf } from "../../../../../src/web/views/live/media-ports.ts";

const { why } = en.live;
const camera = { id: "cam1", model: "C920", state: "online", substitute: false };
const playing = { kind: "playing" } as const;
const said = (state: Evidence["state"], status?: object, more: Partial<Evidence> = {}) =>
  findings(
    {
      state,
      status: status as Evidence["status"],
      reading: undefined,
      mainCamera: 1,
      isCameraThere: undefined,
      ...more,
    },
    en,
  ).join(" | ");
const failed = (failure: LiveFailure) => ({ kind: "fallback", failure }) as const;
const refused = (code: string, permission?: string) =>
  failed({ kind: "refused", error: new RequestError({ code, sentence: "no", permission }) });
const silent = (more: object) =>
  failed({
    kind: "no-picture",
    state: "connecting",
    why: [],
    ports: { udp: [9000], tcp: [9000] },
    ...more,
  } as LiveFailure);

test("each reason is a sentence with what to do", () => {
  expect(said(playing, { cameras: [camera] })).toBe(why.good);
  expect(said(playing)).toBe(why.away);
  expect(said(playing, { cameras: [{ ...camera, state: "stalled" }] })).toBe(why.stalled("C920"));
  expect(said(playing, { cameras: [camera], warnings: ["storage is full"] })).toBe(why.warning("storage is full"));
  expect(said(refused("VIEWER_LIMIT"), { cameras: [camera] })).toBe(why.viewers);
  expect(said(refused("NO_COMMON_CODEC"), { cameras: [camera] })).toBe(why.codec);
  expect(said(refused("UNAUTHENTICATED"), { running: true })).toBe(why.loggedOut);
  expect(said(refused("FORBIDDEN", "Media_r"), { running: true })).toBe(why.forbidden("Media_r"));
  expect(said({ kind: "starting" }, { running: true })).toBe(why.hidden);
});

test("a camera that is away is told of once, also to who may not see its state", () => {
  const problem = "The camera /dev/video0 is not connected. Plug it in.";
  expect(said(playing, { cameras: [{ ...camera, state: "offline", problem }], warnings: [problem] })).toBe(
    why.offline("C920", problem),
  );
  expect(said(playing, { running: true }, { isCameraThere: false })).toBe(why.offline("Camera 1", ""));
});

test("of two cameras the one that is the picture is told of first, and one that rests not at all", () => {
  const second = { ...camera, id: "cam2", model: "", state: "offline", problem: "Plug it in." };
  const both = { cameras: [camera, second] };
  expect(said(playing, both, { mainCamera: 2 })).toBe(why.offline("cam2", "Plug it in."));
  expect(said(playing, { cameras: [{ ...camera, state: "stalled" }, second] })).toBe(
    [why.stalled("C920"), why.offline("cam2", "Plug it in.")].join(" | "),
  );
  expect(said(playing, { cameras: [camera, { ...second, state: "resting" }] })).toBe(why.good);
});

test("streams that stand still though the camera delivers are the encoder's fault, once they can be measured", () => {
  const encoders = [
    { stream: "stream1", fps: 0 },
    { stream: "stream2", fps: 30 },
  ];
  expect(said(playing, { cameras: [camera], encoders, uptime: 60 })).toBe(why.encoder("stream1"));
  expect(said(playing, { cameras: [camera], encoders, uptime: 1 })).toBe(why.good);
  expect(said(playing, { cameras: [{ ...camera, state: "opening" }], encoders, uptime: 60 })).toBe(why.opening("C920"));
});

test("the ports are those that the camera has named", () => {
  const sdp = [
    "a=candidate:udp40 1 udp 2130706431 10.0.0.2 8189 typ host",
    "a=candidate:udp61 1 UDP 2130706430 2001:db8::1 8189 typ host",
    "a=candidate:tcp40 1 tcp 1671430143 10.0.0.2 8190 typ host tcptype passive",
    "a=candidate:relay 1 udp 41885439 203.0.113.5 50000 typ relay raddr 0.0.0.0 rport 0",
  ].join("\r\n");
  expect(portsOf(sdp)).toEqual({ udp: [8189], tcp: [8190] });
  expect(said(silent({ ports: portsOf(sdp), why: ["timeout"] }), { cameras: [camera] })).toBe(
    `${why.blocked("UDP port 8189 and TCP port 8190")} | ${why.failed("timeout")}`,
  );
  expect(said(silent({}), { cameras: [camera] })).toBe(why.blocked("UDP and TCP port 9000"));
  expect(said(silent({ ports: { udp: [], tcp: [] } }), { cameras: [camera] })).toBe(why.blocked(why.ports.unknown));
  expect(said(silent({ ports: undefined, state: "" }), { cameras: [camera] })).toBe(why.slow);
  expect(said(silent({ state: "playing" }), { cameras: [camera] })).toBe(why.undecoded);
});

test("live video over TCP is told of, with the port that would carry it better", () => {
  const reception = { kbps: 1, lossRatio: 0, bufferedMs: 0, roundTripMs: 1 };
  const ports = { udp: [9000], tcp: [9001] };
  const by = (transport: "udp" | "tcp") =>
    said(playing, { cameras: [camera] }, { reading: { reception: { ...reception, transport }, ports } });
  expect(by("tcp")).toBe(why.overTcp("UDP port 9000"));
  expect(by("udp")).toBe(why.good);
});
