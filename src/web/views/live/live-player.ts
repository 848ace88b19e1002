import { type ReadonlySignal, signal } from "@preact/signals";
import type { HttpApi } from "../../api/http.ts";
import { RequestError } from "../../api/request-error.ts";
import { type LiveFailure, type LiveVideo, playLiveVideo, type ShownPicture } from "./live-video.ts";
import type { MediaPorts } from "./media-ports.ts";
import type { Reception } from "./reception.ts";

const READING_PERIOD_MS = 1000;
/** Looks without a byte after which a connection counts as dead; ICE itself takes half a minute to notice. */
const MAX_SILENT_LOOKS = 4;
/** While nothing answers at all. */
const AWAY_RETRY_MS = 2000;
/** While single pictures are shown: each attempt costs the camera a session. */
const FIRST_RETRY_MS = 15_000;
const MAX_RETRY_MS = 60_000;

/** What the picture is right now. `fallback`: MJPEG; `away`: nothing answers, the last picture stands; `refused`: this viewer may not see it. */
export type LiveState =
  | { readonly kind: "starting" | "playing" }
  | { readonly kind: "fallback" | "away" | "refused"; readonly failure: LiveFailure };

/** How live video arrived in the last second. */
export interface LiveReading {
  readonly picture: ShownPicture;
  readonly fps: number;
  readonly reception: Reception;
  readonly ports: MediaPorts | undefined;
}

/** Live video that comes back by itself. */
export interface LivePlayer {
  readonly state: ReadonlySignal<LiveState>;
  /** Undefined while there is no live video. */
  readonly reading: ReadonlySignal<LiveReading | undefined>;
  stop(): void;
}

/** Plays `stream` in `video`, from now on until it is stopped; when it breaks off, `still` keeps the last picture. */
export function createLivePlayer(
  video: HTMLVideoElement,
  still: HTMLCanvasElement,
  stream: string,
  http: HttpApi,
): LivePlayer {
  const state = signal<LiveState>({ kind: "starting" });
  const reading = signal<LiveReading | undefined>(undefined);
  let live: LiveVideo | undefined;
  let watch: ReturnType<typeof setInterval> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_RETRY_MS;

  const end = () => {
    clearInterval(watch);
    clearTimeout(retry);
    live?.stop();
    reading.value = undefined;
  };
  const fail = (failure: LiveFailure) => {
    const wasPlaying = state.peek().kind === "playing";
    // a video whose connection is closed turns black
    if (wasPlaying) keepPicture(video, still);
    end();
    if (failure.kind === "broke-off" && wasPlaying) {
      state.value = { kind: "away", failure };
      attempt();
      return;
    }
    const kind = kindOf(failure);
    state.value = { kind, failure };
    if (failure.kind === "unsupported" || kind === "refused") return;
    retry = setTimeout(attempt, kind === "away" ? AWAY_RETRY_MS : waitMs);
    if (kind === "fallback") waitMs = Math.min(waitMs * 2, MAX_RETRY_MS);
  };
  const attempt = () => {
    if (typeof RTCPeerConnection === "undefined") return fail({ kind: "unsupported" });
    let shown: ShownPicture | undefined;
    const fresh = playLiveVideo(video, stream, http, {
      onPicture(picture) {
        shown = picture;
        if (state.peek().kind === "playing") return;
        state.value = { kind: "playing" };
        waitMs = FIRST_RETRY_MS;
      },
      onFailure: fail,
    });
    live = fresh;
    watch = watchReadings(
      fresh,
      () => shown,
      (now) => {
        reading.value = now;
      },
      () => fail({ kind: "broke-off" }),
    );
  };
  attempt();
  return { state, reading, stop: end };
}

function keepPicture(video: HTMLVideoElement, still: HTMLCanvasElement): void {
  still.width = video.videoWidth;
  still.height = video.videoHeight;
  still.getContext("2d")?.drawImage(video, 0, 0);
}

/** Looks once a second; `onSilence` when nothing came for some looks. */
function watchReadings(
  live: LiveVideo,
  shown: () => ShownPicture | undefined,
  onReading: (reading: LiveReading) => void,
  onSilence: () => void,
): ReturnType<typeof setInterval> {
  let before = { count: 0, atMs: performance.now() };
  let silentLooks = 0;
  const timer = setInterval(async () => {
    const reception = await live.receive();
    const picture = shown();
    if (picture === undefined) return;
    silentLooks = reception.kbps === 0 ? silentLooks + 1 : 0;
    if (silentLooks === MAX_SILENT_LOOKS) return onSilence();
    const now = { count: picture.count, atMs: performance.now() };
    const fps = ((now.count - before.count) * 1000) / (now.atMs - before.atMs);
    before = now;
    onReading({ picture, fps, reception, ports: live.ports() });
  }, READING_PERIOD_MS);
  return timer;
}

/** Who is refused gets no MJPEG either, whose 401 would bring up the browser's own login box, and no further attempt, which would ask for the login again. */
function kindOf(failure: LiveFailure): "fallback" | "away" | "refused" {
  if (failure.kind !== "refused" || !(failure.error instanceof RequestError)) return "fallback";
  const { code } = failure.error.failure;
  if (code === "NETWORK") return "away";
  return code === "UNAUTHENTICATED" || code === "FORBIDDEN" ? "refused" : "fallback";
}
