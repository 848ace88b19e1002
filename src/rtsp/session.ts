import type { Clock } from "../core/clock.ts";
import { formatBye, formatSenderReport, parseRtcp } from "../rtp/rtcp.ts";
import type { StartPoint } from "../stream/gop-cache.ts";
import type { VideoStream } from "../stream/video-stream.ts";
import type { SessionState } from "./protocol/state.ts";
import type { RecordedPlayback } from "./recorded-media.ts";
import type { RtspViewer, ViewerEvents, ViewerTransport } from "./viewer.ts";

/** Announced in the Session header (RFC 2326 §12.37). */
export const SESSION_TIMEOUT_S = 60;
/** RFC 3550 §6.2 */
const REPORT_INTERVAL_US = 5_000_000;
/** How long a UDP session outlives its TCP connection without RTCP (contract rtsp.md). */
const ORPHAN_LIMIT_US = 10_000_000;

/** What a session is made of. */
export interface SessionOptions {
  readonly id: string;
  readonly stream: VideoStream;
  /** What feeds the stream, where that is this session's recording. */
  readonly playback?: RecordedPlayback | undefined;
  /** The URL used in SETUP, for RTP-Info. */
  readonly trackUrl: string;
  readonly clock: Clock;
  readonly cname: string;
  readonly closeOnResolutionChange: boolean;
  readonly peerAddress: string;
  /** Whether the login that opened it still may look. */
  readonly isAllowed: () => boolean;
  /** Builds the viewer for the transport that SETUP agreed on. */
  readonly createViewer: (events: ViewerEvents) => RtspViewer;
  /** Called once when the session is over, whoever ended it. */
  readonly onEnd: (session: RtspSession) => void;
}

/** One RTSP session with its one track: state, liveness and sender reports. */
export class RtspSession {
  readonly id: string;
  readonly stream: VideoStream;
  readonly trackUrl: string;
  readonly peerAddress: string;
  readonly #options: SessionOptions;
  readonly #viewer: RtspViewer;
  #state: SessionState = "READY";
  #lastActivityUs: number;
  #nextReportUs = Number.POSITIVE_INFINITY;
  #announceStart: ((start: StartPoint | undefined) => void) | undefined;
  #orphanedUs: number | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.stream = options.stream;
    this.trackUrl = options.trackUrl;
    this.peerAddress = options.peerAddress;
    this.#options = options;
    this.#lastActivityUs = options.clock.monotonicUs();
    this.#viewer = options.createViewer({
      onStart: (start) => this.#onStart(start),
      onResolutionChange: () => {
        if (options.closeOnResolutionChange) this.end();
      },
    });
  }

  get playback(): RecordedPlayback | undefined {
    return this.#options.playback;
  }

  get state(): SessionState {
    return this.#state;
  }

  get transport(): ViewerTransport {
    return this.#viewer.transport;
  }

  /** True when only RTCP keeps it: its connection is gone. */
  get isOrphan(): boolean {
    return this.#orphanedUs !== undefined;
  }

  get isAllowed(): boolean {
    return this.#options.isAllowed();
  }

  /** Any request or report of the client keeps the session alive. */
  touch(): void {
    this.#lastActivityUs = this.#options.clock.monotonicUs();
  }

  /**
   * Starts sending. `announce` is called once, right before the first packet is sent, with where it begins; or, by
   * `announceLate`, when no keyframe came in time. Throws what the viewer's start throws; the session is then as it was.
   */
  play(announce: (start: StartPoint | undefined) => void): void {
    this.#state = "PLAYING";
    this.#announceStart = announce;
    try {
      this.#viewer.start();
    } catch (error) {
      this.#announceStart = undefined;
      if (this.#state === "PLAYING") this.#state = "READY";
      throw error;
    }
  }

  /** Answers a PLAY whose keyframe has not come yet. */
  announceLate(): void {
    this.#takeAnnouncement()?.(undefined);
  }

  pause(): void {
    if (this.#state !== "PLAYING") return;
    this.#state = "READY";
    this.#nextReportUs = Number.POSITIVE_INFINITY;
    this.#viewer.stop();
    this.playback?.pause();
    this.announceLate();
  }

  /** The recording is over: a BYE tells the player, which may play again. */
  finish(): void {
    if (this.#state !== "PLAYING") return;
    this.pause();
    this.#viewer.sendBye(formatBye(this.stream.ssrc, this.#options.cname));
  }

  /** Ends the session, with a BYE when it was sending. Safe to call again. */
  end(): void {
    if (this.#state === "INIT") return;
    const wasPlaying = this.#state === "PLAYING";
    this.#state = "INIT";
    this.#nextReportUs = Number.POSITIVE_INFINITY;
    if (wasPlaying) this.#viewer.sendBye(formatBye(this.stream.ssrc, this.#options.cname));
    this.#viewer.close();
    this.playback?.close();
    this.announceLate();
    this.#options.onEnd(this);
  }

  onRtcp(bytes: Uint8Array): void {
    const rtcp = parseRtcp(bytes, this.stream.ssrc);
    if (rtcp === undefined) return;
    this.touch();
    if (rtcp.bye && this.#viewer.transport === "udp") this.end();
  }

  onDrain(): void {
    this.touch();
    this.#viewer.onDrain();
  }

  /** The control connection is gone. A UDP session lives on while RTCP comes; any other ends. */
  onConnectionLost(): void {
    if (this.#viewer.transport !== "udp" || this.#state !== "PLAYING") this.end();
    else this.#orphanedUs = this.#options.clock.monotonicUs();
  }

  /** Housekeeping, a few times a second: reports that are due, expiry. */
  tick(nowUs: number): void {
    // a TCP viewer that is gone shows as a stalled connection
    if (this.#viewer.transport === "tcp" && this.#state === "PLAYING") this.#lastActivityUs = nowUs;
    const limitUs = this.#orphanedUs === undefined ? SESSION_TIMEOUT_S * 1e6 : ORPHAN_LIMIT_US;
    if (nowUs - Math.max(this.#lastActivityUs, this.#orphanedUs ?? 0) > limitUs) this.end();
    else if (nowUs >= this.#nextReportUs) this.sendReport();
  }

  /** Sends a sender report now and plans the next. */
  sendReport(): void {
    if (this.#nextReportUs === Number.POSITIVE_INFINITY) return;
    const { clock, cname } = this.#options;
    const { packets, octets } = this.#viewer.sent();
    this.#viewer.sendReport(
      formatSenderReport({
        ssrc: this.stream.ssrc,
        wallMs: clock.wallMs(),
        rtpTimestamp: this.stream.rtpTimestampNow(),
        packetCount: packets,
        octetCount: octets,
        cname,
      }),
    );
    this.#nextReportUs = clock.monotonicUs() + REPORT_INTERVAL_US;
  }

  #onStart(start: StartPoint | undefined): void {
    this.#takeAnnouncement()?.(start);
    if (this.#state !== "PLAYING") return; // the answer found its connection gone
    this.#nextReportUs = 0;
    this.sendReport();
  }

  #takeAnnouncement(): ((start: StartPoint | undefined) => void) | undefined {
    const announce = this.#announceStart;
    this.#announceStart = undefined;
    return announce;
  }
}
