import { type Age, createMediaClock } from "./media-clock.ts";
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
  /** It does not come about, or broke off; `reason` is a sentence. */
  onFailure(reason: string): void;
}

/** A running attempt. */
export interface LiveVideo {
  /** Since the last call. */
  readonly receive: () => Promise<Reception>;
  stop(): void;
}

/** Plays a stream in `video` over WebRTC, signalled by WHEP with nothing but RTCPeerConnection and fetch. */
export function playLiveVideo(video: HTMLVideoElement, stream: string, events: LiveVideoEvents): LiveVideo {
  const connection = new RTCPeerConnection();
  let session: string | undefined;
  let isOver = false;
  let hasBegun = false;
  const fail = (reason: string) => {
    if (isOver) return;
    stop();
    events.onFailure(reason);
  };
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    clearInterval(clockTimer);
    connection.close();
    if (session !== undefined) void fetch(session, { method: "DELETE", headers: OUR_PAGE, keepalive: true });
  };
  const timer = setTimeout(() => {
    void explain(session).then((why) => fail(`No picture came over WebRTC within 3 seconds${why}.`));
  }, FIRST_PICTURE_TIMEOUT_MS);
  const clock = createMediaClock(async () => (await explanationOf(session))?.clock?.rtp_timestamp);
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
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  // before the remote description: the event comes while that is set
  connection.ontrack = ({ streams }) => {
    video.srcObject = streams[0] ?? null;
  };
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "failed") fail("The connection to the camera broke off.");
  };
  connection.addTransceiver("video", { direction: "recvonly" });
  signal(connection, stream).then(
    (location) => {
      session = location;
      if (isOver) stop();
    },
    (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
  );
  return { stop, receive: watchReception(connection) };
}

/** Keeps the browser's own login box away. */
export const OUR_PAGE = { "X-Requested-With": "rotordream" };

async function signal(connection: RTCPeerConnection, stream: string): Promise<string> {
  await connection.setLocalDescription();
  const answer = await fetch(`/api/whep/${stream}`, {
    method: "POST",
    headers: { ...OUR_PAGE, "Content-Type": "application/sdp" },
    body: connection.localDescription?.sdp ?? "",
  });
  if (!answer.ok) throw new Error(((await answer.json()) as { error: string }).error);
  await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  return answer.headers.get("Location") ?? "";
}

/** What the camera says of a session that shows nothing. */
async function explain(session: string | undefined): Promise<string> {
  const told = await explanationOf(session);
  if (told === undefined) return "";
  if (told.state === "connecting") return ": no way to the camera's UDP or TCP port was found";
  const failures = new Set(told.ice.pairs.flatMap(({ failure }) => failure ?? []));
  return failures.size > 0 ? `: ${[...failures].join(", ")}` : ` (${told.state})`;
}

/** Undefined where there is no session, or the camera does not answer. */
async function explanationOf(session: string | undefined): Promise<Explanation | undefined> {
  if (session === undefined) return undefined;
  try {
    const answer = await fetch(session, { headers: OUR_PAGE });
    return answer.ok ? ((await answer.json()) as Explanation) : undefined;
  } catch {
    return undefined;
  }
}

interface Explanation {
  readonly state: string;
  readonly clock?: { readonly rtp_timestamp: number };
  readonly ice: { readonly pairs: readonly { readonly failure?: string }[] };
}
