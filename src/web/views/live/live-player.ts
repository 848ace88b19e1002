import { type ReadonlySignal, signal } from "@preact/signals";
import type { HttpApi } from "../../api/http.ts";
import { RequestError } from "../../api/request-error.ts";
import { isSeen, watchAttention } from "./attention.ts";
import { type LiveFailure, type LiveVideo, playLiveVideo, type ShownPicture } from "./live-video.ts";
import type { MediaPorts } from "./media-ports.ts";
import { appended, NO_HISTORY, type ReadingHistory } from "./reading-history.ts";
import type { Reception } from "./reception.ts";

const READING_PERIOD_MS = 1000;
/** Looks without a byte after which a connection counts as dead; ICE itself takes half a minute to notice. */
const MAX_SILENT_LOOKS = 4;
/** While nothing answers at all. */
const AWAY_RETRY_MS = 2000;
/** While single pictures are shown: each attempt costs the camera a session. */
const FIRST_RETRY_MS = 15_000;
const MAX_RETRY_MS = 60_000;

/** What the picture is right now. `resting`: nobody could see it; `fallback`: MJPEG; `away`: nothing answers, the last picture stands; `refused`: this viewer may not see it. */
export type LiveState =
  | { readonly kind: "starting" | "resting" | "playing" }
  | { readonly kind: "fallback" | "away" | "refused"; readonly failure: LiveFailure };

/** How live video arrived in the last second. */
export interface LiveReading {
  readonly picture: ShownPicture;
  readonly fps: number;
  readonly reception: Reception;
  readonly ports: MediaPorts | undefined;
}

/** Live video that comes back by itself, and rests while nobody can see it. */
export class LivePlayer {
  readonly #video: HTMLVideoElement;
  readonly #still: HTMLCanvasElement;
  readonly #stream: string;
  readonly #http: HttpApi;
  readonly #state = signal<LiveState>({ kind: "starting" });
  readonly #reading = signal<LiveReading | undefined>(undefined);
  readonly #history = signal(NO_HISTORY);
  readonly #stopWatching: () => void;
  #live: LiveVideo | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_RETRY_MS;

  /** Plays `stream` in `video`, from now on until it is stopped; when it breaks off or rests, `still` keeps the last picture. */
  constructor(video: HTMLVideoElement, still: HTMLCanvasElement, stream: string, http: HttpApi) {
    this.#video = video;
    this.#still = still;
    this.#stream = stream;
    this.#http = http;
    this.#stopWatching = watchAttention(
      () => this.#rest(),
      () => this.#wake(),
    );
    this.#attempt();
  }

  get state(): ReadonlySignal<LiveState> {
    return this.#state;
  }

  /** Undefined while there is no live video. */
  get reading(): ReadonlySignal<LiveReading | undefined> {
    return this.#reading;
  }

  /** Of live video since the player was made. */
  get history(): ReadonlySignal<ReadingHistory> {
    return this.#history;
  }

  stop(): void {
    this.#stopWatching();
    this.#end();
  }

  #end(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#live?.stop();
    this.#live = undefined;
    this.#reading.value = undefined;
  }

  /** Of what played: a video whose connection is closed turns black. */
  #keepPicture(): void {
    if (this.#state.peek().kind === "playing") drawPicture(this.#video, this.#still);
  }

  #fail(failure: LiveFailure): void {
    const wasPlaying = this.#state.peek().kind === "playing";
    this.#keepPicture();
    this.#end();
    if (failure.kind === "broke-off" && wasPlaying) {
      this.#state.value = { kind: "away", failure };
      this.#attempt();
      return;
    }
    const kind = kindOf(failure);
    this.#state.value = { kind, failure };
    // another attempt would change nothing
    if (kind === "refused" || failure.kind === "unsupported") return;
    this.#retry = setTimeout(() => this.#attempt(), kind === "away" ? AWAY_RETRY_MS : this.#waitMs);
    if (kind === "fallback") this.#waitMs = Math.min(this.#waitMs * 2, MAX_RETRY_MS);
  }

  #attempt(): void {
    // some browsers have the one and not the other
    if (typeof RTCPeerConnection === "undefined" || !("requestVideoFrameCallback" in this.#video)) {
      this.#fail({ kind: "unsupported" });
      return;
    }
    // a hidden page is never told of a picture
    if (!isSeen()) return;
    let shown: ShownPicture | undefined;
    const fresh = playLiveVideo(this.#video, this.#stream, this.#http, {
      onPicture: (picture) => {
        shown = picture;
        if (this.#state.peek().kind === "playing") return;
        this.#state.value = { kind: "playing" };
        this.#waitMs = FIRST_RETRY_MS;
      },
      onFailure: (failure) => this.#fail(failure),
    });
    this.#live = fresh;
    const isCurrent = () => this.#live === fresh;
    this.#watch = watchReadings(
      fresh,
      () => (isCurrent() ? shown : undefined),
      (now) => {
        this.#reading.value = now;
        this.#history.value = appended(this.#history.peek(), entryOf(now), Date.now());
      },
      () => this.#fail({ kind: "broke-off" }),
    );
  }

  #rest(): void {
    if (this.#state.peek().kind === "refused") return;
    this.#keepPicture();
    this.#end();
    this.#state.value = { kind: "resting" };
  }

  #wake(): void {
    if (this.#state.peek().kind === "refused" || this.#live !== undefined) return;
    this.#end();
    this.#attempt();
  }
}

function entryOf({ picture, fps, reception }: LiveReading) {
  return {
    latencyMs: picture.latency?.ms,
    fps,
    mbitPerSecond: reception.kbps / 1000,
    lossPercent: reception.lossRatio * 100,
  };
}

function drawPicture(video: HTMLVideoElement, still: HTMLCanvasElement): void {
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
