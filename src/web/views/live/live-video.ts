import type { HttpApi } from "../../api/http.ts";
import { type Age, createMediaClock } from "./media-clock.ts";
import { type MediaPorts, portsOf } from "./media-ports.ts";
import { type Reception, watchReception } from "./reception.ts";

/** How long the first picture may take before the page shows MJPEG instead (contract recording.md). */
const FIRST_PICTURE_TIMEOUT_MS = 3000;

/** Between questions for the camera's media clock. */
const CLOCK_PERIOD_MS = 15_000;

/** A picture that reached the screen. */
export interface ShownPicture {
  readonly width: number;
  readonly height: number;
  /** How many came before it since the beginning, whether somebody was told or not. */
  readonly count: number;
  /** From capture until it is on the screen; undefined until the camera's clock is known, and in browsers that do not tell which picture they show. */
  readonly latency: Age | undefined;
}

/** What live video tells the page. */
export interface LiveVideoEvents {
  onPicture(picture: ShownPicture): void;
  /** It does not come about, or broke off. */
  onFailure(failure: LiveFailure): void;
}

/**
 * Why there is no live video. Of `no-picture`: `state` of the session, empty where the camera does not tell; `why` in words of ICE; `ports`
 * where the camera waits for packets, undefined before it has answered.
 */
export type LiveFailure =
  | {
      readonly kind: "no-picture";
      readonly state: string;
      readonly why: readonly string[];
      readonly ports: MediaPorts | undefined;
    }
  | { readonly kind: "broke-off" }
  | { readonly kind: "unsupported" }
  | { readonly kind: "refused"; readonly error: unknown };

/** A running attempt. */
export interface LiveVideo {
  /** Since the last call. */
  readonly receive: () => Promise<Reception>;
  /** Where the camera waits for packets; undefined before it has answered. */
  readonly ports: () => MediaPorts | undefined;
  stop(): void;
}

/** Plays a stream in `video` over WebRTC, signalled by WHEP with nothing but RTCPeerConnection and fetch. */
export function playLiveVideo(
  video: HTMLVideoElement,
  stream: string,
  http: HttpApi,
  events: LiveVideoEvents,
): LiveVideo {
  const connection = new RTCPeerConnection();
  let session: string | undefined;
  let isOver = false;
  let hasBegun = false;
  let shown: MediaStream | undefined;
  const fail = (failure: LiveFailure) => {
    if (isOver) return;
    stop();
    events.onFailure(failure);
  };
  const stop = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    clearInterval(clockTimer);
    video.cancelVideoFrameCallback(frame);
    // A connection that is closed takes its session along, which then could not be deleted; closed before it is answered, it leaves one
    // that nobody knows the name of.
    const released = signalled.then(http.release, () => {});
    void released.then(() => {
      connection.close();
      // browsers keep closed connections for a while, and with them who listens
      connection.ontrack = null;
      connection.onconnectionstatechange = null;
      // a video that may play on is kept by the browser, and with it the view that it stood in; another attempt may have it by now
      if (video.srcObject === shown) video.srcObject = null;
    });
  };
  const explanation = () => explanationOf(http, session);
  const ports = () => {
    const answer = connection.remoteDescription;
    return answer === null ? undefined : portsOf(answer.sdp);
  };
  const timer = setTimeout(() => {
    void explanation().then((told) => fail(noPicture(told, ports())));
  }, FIRST_PICTURE_TIMEOUT_MS);
  const clock = createMediaClock(async () => (await explanation())?.clock?.rtp_timestamp);
  const clockTimer = setInterval(() => void clock.sample(), CLOCK_PERIOD_MS);
  const onFrame: VideoFrameRequestCallback = (
    _now,
    { width, height, presentedFrames, expectedDisplayTime, ...more },
  ) => {
    if (isOver) return;
    clearTimeout(timer);
    if (!hasBegun) void clock.sample();
    hasBegun = true;
    const { rtpTimestamp } = more;
    const latency = rtpTimestamp === undefined ? undefined : clock.ageAt(rtpTimestamp, expectedDisplayTime);
    events.onPicture({ width, height, count: presentedFrames, latency });
    frame = video.requestVideoFrameCallback(onFrame);
  };
  let frame = video.requestVideoFrameCallback(onFrame);
  // before the remote description: the event comes while that is set
  connection.ontrack = ({ streams }) => {
    if (isOver) return;
    shown = streams[0];
    video.srcObject = shown ?? null;
  };
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "failed") fail({ kind: "broke-off" });
  };
  connection.addTransceiver("video", { direction: "recvonly" });
  const signalled = signal(connection, stream, http);
  signalled.then(
    (location) => {
      session = location;
    },
    (error: unknown) => fail({ kind: "refused", error }),
  );
  return { stop, ports, receive: watchReception(connection) };
}

async function signal(connection: RTCPeerConnection, stream: string, http: HttpApi): Promise<string> {
  await connection.setLocalDescription();
  const answer = await http.request(`/api/whep/${stream}`, {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: connection.localDescription?.sdp ?? "",
  });
  await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  return answer.headers.get("Location") ?? "";
}

/** What the camera says of a session that shows nothing. */
function noPicture(told: Explanation | undefined, ports: MediaPorts | undefined): LiveFailure {
  const why = new Set(told?.ice.pairs.flatMap(({ failure }) => failure ?? []));
  return { kind: "no-picture", state: told?.state ?? "", why: [...why], ports };
}

/** Undefined where there is no session, or the camera does not answer. */
async function explanationOf(http: HttpApi, session: string | undefined): Promise<Explanation | undefined> {
  if (session === undefined) return undefined;
  return http.get<Explanation>(session).catch(() => undefined);
}

interface Explanation {
  readonly state: string;
  readonly clock?: { readonly rtp_timestamp: number };
  readonly ice: { readonly pairs: readonly { readonly failure?: string }[] };
}
