/** How long the first picture may take before the page shows MJPEG instead (contract recording.md). */
const FIRST_PICTURE_TIMEOUT_MS = 3000;

/** A picture that reached the screen. */
export interface ShownPicture {
  readonly width: number;
  readonly height: number;
  /** From capture to the screen by the camera's reports; undefined until the browser knows the camera's clock. */
  readonly latencyMs: number | undefined;
}

/** What live video tells the page. */
export interface LiveVideoEvents {
  onPicture(picture: ShownPicture): void;
  /** It does not come about, or broke off; `reason` is a sentence. */
  onFailure(reason: string): void;
}

/** A running attempt. */
export interface LiveVideo {
  /** Bits that arrived so far. */
  receivedBits(): Promise<number>;
  stop(): void;
}

/** Plays a stream in `video` over WebRTC, signalled by WHEP with nothing but RTCPeerConnection and fetch. */
export function playLiveVideo(video: HTMLVideoElement, stream: string, events: LiveVideoEvents): LiveVideo {
  const connection = new RTCPeerConnection();
  let session: string | undefined;
  let isOver = false;
  const fail = (reason: string) => {
    if (isOver) return;
    stop();
    events.onFailure(reason);
  };
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    connection.close();
    if (session !== undefined) void fetch(session, { method: "DELETE", headers: OUR_PAGE, keepalive: true });
  };
  const timer = setTimeout(() => {
    void explain(session).then((why) => fail(`No picture came over WebRTC within 3 seconds${why}.`));
  }, FIRST_PICTURE_TIMEOUT_MS);
  const onFrame: VideoFrameRequestCallback = (_now, { width, height, expectedDisplayTime, captureTime }) => {
    if (isOver) return;
    clearTimeout(timer);
    const latencyMs = captureTime === undefined ? undefined : expectedDisplayTime - captureTime;
    events.onPicture({ width, height, latencyMs });
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
  return {
    stop,
    receivedBits: async () => {
      let bits = 0;
      for (const report of (await connection.getStats()).values())
        if (report.type === "inbound-rtp") bits += report.bytesReceived * 8;
      return bits;
    },
  };
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
  if (session === undefined) return "";
  try {
    const told = (await (await fetch(session, { headers: OUR_PAGE })).json()) as Explanation;
    const failures = new Set(told.ice.pairs.flatMap(({ failure }) => failure ?? []));
    if (told.state === "connecting") return ": no way to the camera's UDP or TCP port was found";
    return failures.size > 0 ? `: ${[...failures].join(", ")}` : ` (${told.state})`;
  } catch {
    return "";
  }
}

interface Explanation {
  readonly state: string;
  readonly ice: { readonly pairs: readonly { readonly failure?: string }[] };
}
