import type { Clock } from "../core/clock.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import type { Peer } from "./peer.ts";
import type { TrackBegin } from "./protocol/rtp-info.ts";
import type { SessionState } from "./protocol/state.ts";
import type { RecordedPlayback } from "./recorded-media.ts";
import { SessionTrack, type TrackSetUp } from "./session-track.ts";
import type { ViewerTransport } from "./viewer.ts";

/** Announced in the Session header (RFC 2326 §12.37). */
export const SESSION_TIMEOUT_S = 60;
/** RFC 3550 §6.2 */
const REPORT_INTERVAL_US = 5_000_000;
/** How long a UDP session outlives its TCP connection without RTCP (contract rtsp.md). */
const ORPHAN_LIMIT_US = 10_000_000;

/** Who a session is for. */
export interface SessionViewer {
  /** What others may call it by; the session's own id is its client's secret. */
  readonly id: string;
  readonly peer: Pick<Peer, "address" | "isSecure" | "isTunnelled">;
  /** Undefined: anonymous. */
  readonly user: () => string | undefined;
  /** Closes the connection that it came by, unless another session needs that. */
  readonly disconnect: () => void;
}

/** What a session is made of. */
export interface SessionOptions {
  readonly id: string;
  /** Name of what it plays: the tracks of one session are all of that. */
  readonly presentation: string;
  /** What feeds the stream, where that is this session's recording. */
  readonly playback?: RecordedPlayback | undefined;
  readonly clock: Clock;
  readonly cname: string;
  readonly closeOnResolutionChange: boolean;
  readonly viewer: SessionViewer;
  /** Whether the login that opened it still may look. */
  readonly isAllowed: () => boolean;
  /** Called when a track came or went. */
  readonly onTracksChanged: (session: RtspSession) => void;
  /** Called once when the session is over, whoever ended it. */
  readonly onEnd: (session: RtspSession) => void;
}

/** One RTSP session with its tracks, which play and pause together: state, liveness and sender reports. */
export class RtspSession {
  readonly id: string;
  readonly presentation: string;
  readonly viewer: SessionViewer;
  /** On the monotonic clock. */
  readonly createdUs: number;
  readonly #options: SessionOptions;
  /** By number, so that the video begins first. */
  #tracks: readonly SessionTrack[] = [];
  #state: SessionState = "READY";
  #lastActivityUs: number;
  #nextReportUs = Number.POSITIVE_INFINITY;
  #announceBegin: ((begins: readonly TrackBegin[]) => void) | undefined;
  #begins: TrackBegin[] = [];
  #orphanedUs: number | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.presentation = options.presentation;
    this.viewer = options.viewer;
    this.#options = options;
    this.createdUs = options.clock.monotonicUs();
    this.#lastActivityUs = this.createdUs;
  }

  get playback(): RecordedPlayback | undefined {
    return this.#options.playback;
  }

  get state(): SessionState {
    return this.#state;
  }

  get tracks(): readonly SessionTrack[] {
    return this.#tracks;
  }

  /** True when only RTCP keeps it: its connection is gone. */
  get isOrphan(): boolean {
    return this.#orphanedUs !== undefined;
  }

  get isAllowed(): boolean {
    return this.#options.isAllowed();
  }

  /** Whether it plays `stream`, over `transport` or any. */
  plays(stream: MediaStream, transport?: ViewerTransport): boolean {
    if (this.#state !== "PLAYING") return false;
    return this.#tracks.some(
      (track) => track.stream === stream && (transport === undefined || track.transport === transport),
    );
  }

  /** Adds a track, or replaces the one of its number. Throws what building its viewer throws; nothing changes then. */
  setTrack(setUp: TrackSetUp): void {
    const { clock, cname, closeOnResolutionChange } = this.#options;
    const track = new SessionTrack(setUp, {
      clock,
      cname,
      onResolutionChange: () => {
        if (closeOnResolutionChange) this.end();
      },
    });
    const others = this.#tracks.filter(({ number }) => number !== track.number);
    for (const former of this.#tracks) if (!others.includes(former)) former.close();
    this.#tracks = [...others, track].sort((one, other) => one.number - other.number);
    this.#options.onTracksChanged(this);
  }

  /** Ends one track, and with the last one the session. */
  endTrack(track: SessionTrack): void {
    if (this.#tracks.every((each) => each === track)) {
      this.end();
      return;
    }
    this.#tracks = this.#tracks.filter((each) => each !== track);
    if (this.#state === "PLAYING") track.sendBye();
    track.close();
    this.#options.onTracksChanged(this);
  }

  /** Any request or report of the client keeps the session alive. */
  touch(): void {
    this.#lastActivityUs = this.#options.clock.monotonicUs();
  }

  /**
   * Starts sending. `announce` is called once, right before the first packet is sent, with where each track begins; or, by
   * `announceLate`, when no keyframe came in time. Throws what a viewer's start throws; the session is then as it was.
   */
  play(announce: (begins: readonly TrackBegin[]) => void): void {
    this.#state = "PLAYING";
    this.#begins = [];
    this.#announceBegin = announce;
    try {
      this.#startNext();
    } catch (error) {
      this.#announceBegin = undefined;
      for (const track of this.#tracks) track.stop();
      if (this.#state === "PLAYING") this.#state = "READY";
      throw error;
    }
  }

  /** Answers a PLAY whose keyframe has not come yet. */
  announceLate(): void {
    if (this.#announceBegin === undefined) return;
    if (this.#state === "PLAYING") for (const track of this.#tracks) if (!track.isStarted) this.#start(track);
    this.#announce();
  }

  pause(): void {
    if (this.#state !== "PLAYING") return;
    this.#state = "READY";
    this.#nextReportUs = Number.POSITIVE_INFINITY;
    for (const track of this.#tracks) track.stop();
    this.playback?.pause();
    this.announceLate();
  }

  /** The recording is over: a BYE tells the player, which may play again. */
  finish(): void {
    if (this.#state !== "PLAYING") return;
    this.pause();
    for (const track of this.#tracks) track.sendBye();
  }

  /** Ends the session, with a BYE when it was sending. Safe to call again. */
  end(): void {
    if (this.#state === "INIT") return;
    const wasPlaying = this.#state === "PLAYING";
    this.#state = "INIT";
    this.#nextReportUs = Number.POSITIVE_INFINITY;
    for (const track of this.#tracks) {
      if (wasPlaying) track.sendBye();
      track.close();
    }
    this.playback?.close();
    this.announceLate();
    this.#options.onEnd(this);
  }

  /** Somebody else ends it, and with it its connection. */
  dismiss(): void {
    this.end();
    this.viewer.disconnect();
  }

  /** RTCP that came from one of its tracks' sources. */
  onRtcp(bytes: Uint8Array, source: string | number): void {
    const track = this.#tracks.find(({ rtcpSource }) => rtcpSource === source);
    const rtcp = track?.readRtcp(bytes);
    if (track === undefined || rtcp === undefined) return;
    this.touch();
    if (rtcp.bye && track.transport === "udp") this.endTrack(track);
  }

  onDrain(): void {
    this.touch();
    for (const track of this.#tracks) track.onDrain();
  }

  /** The control connection is gone. A UDP session lives on while RTCP comes; any other ends. */
  onConnectionLost(): void {
    const isAlone = this.#tracks.every(({ transport }) => transport === "udp");
    if (!isAlone || this.#state !== "PLAYING") this.end();
    else this.#orphanedUs = this.#options.clock.monotonicUs();
  }

  /** Housekeeping, a few times a second: reports that are due, expiry. */
  tick(nowUs: number): void {
    // a TCP viewer that is gone shows as a stalled connection
    const isSeen = this.#state === "PLAYING" && this.#tracks.some(({ transport }) => transport === "tcp");
    if (isSeen) this.#lastActivityUs = nowUs;
    const limitUs = this.#orphanedUs === undefined ? SESSION_TIMEOUT_S * 1e6 : ORPHAN_LIMIT_US;
    if (nowUs - Math.max(this.#lastActivityUs, this.#orphanedUs ?? 0) > limitUs) this.end();
    else if (nowUs >= this.#nextReportUs) this.sendReports();
  }

  /** Sends a sender report for each track that has begun, and plans the next. */
  sendReports(): void {
    if (this.#nextReportUs === Number.POSITIVE_INFINITY) return;
    for (const track of this.#tracks) track.sendReport();
    this.#nextReportUs = this.#options.clock.monotonicUs() + REPORT_INTERVAL_US;
  }

  /**
   * One track after the other, so that none sends before the answer: the video may have to wait for a keyframe; whatever follows it
   * begins at once.
   */
  #startNext(): void {
    const next = this.#tracks.find(({ isStarted }) => !isStarted);
    if (next !== undefined) this.#start(next);
    else if (this.#begins.length === this.#tracks.length) this.#announce();
  }

  #start(track: SessionTrack): void {
    track.start((start) => {
      this.#begins.push({ url: track.url, start });
      // a report precedes the first packets: it maps their time
      if (this.#announceBegin === undefined) track.sendReport();
      else this.#startNext();
    });
  }

  #announce(): void {
    const announce = this.#announceBegin;
    this.#announceBegin = undefined;
    const begins = this.#tracks.map(
      ({ url }) => this.#begins.find((begin) => begin.url === url) ?? { url, start: undefined },
    );
    announce?.(begins);
    if (this.#state !== "PLAYING") return; // the answer found its connection gone
    this.#nextReportUs = 0;
    this.sendReports();
  }
}
