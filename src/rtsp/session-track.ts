import type { Clock } from "../core/clock.ts";
import { formatBye, formatSenderReport, parseRtcp, type ReceivedRtcp } from "../rtp/rtcp.ts";
import type { StartPoint } from "../stream/gop-cache.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import type { ChosenTransport } from "./setup.ts";
import type { RtspViewer, ViewerTransport } from "./viewer.ts";

/** What SETUP agreed on for one track. */
export interface TrackSetUp {
  /** N of `trackID=N`. */
  readonly number: number;
  /** The URL used in SETUP, for RTP-Info. */
  readonly url: string;
  readonly stream: MediaStream;
  readonly transport: Pick<ChosenTransport, "createViewer" | "rtcpEndpoint" | "channels">;
}

/** What a track needs of its session. */
export interface TrackContext {
  readonly clock: Clock;
  readonly cname: string;
  readonly onResolutionChange: () => void;
}

/** One track of a session: its viewer, where that began, and its RTCP. */
export class SessionTrack {
  readonly number: number;
  readonly url: string;
  readonly stream: MediaStream;
  readonly #setUp: TrackSetUp;
  readonly #context: TrackContext;
  readonly #viewer: RtspViewer;
  #onBegin: ((start: StartPoint | undefined) => void) | undefined;
  #isStarted = false;
  #isSending = false;

  /** Throws what building the viewer throws. */
  constructor(setUp: TrackSetUp, context: TrackContext) {
    this.number = setUp.number;
    this.url = setUp.url;
    this.stream = setUp.stream;
    this.#setUp = setUp;
    this.#context = context;
    this.#viewer = setUp.transport.createViewer({
      onStart: (start) => this.#begin(start),
      onResolutionChange: context.onResolutionChange,
    });
  }

  get transport(): ViewerTransport {
    return this.#viewer.transport;
  }

  /** Where its RTCP comes from: a UDP endpoint or an interleaved channel. */
  get rtcpSource(): string | number | undefined {
    return this.#setUp.transport.rtcpEndpoint ?? this.channels?.[1];
  }

  get channels(): ChosenTransport["channels"] {
    return this.#setUp.transport.channels;
  }

  /** Whether `start` was called since the last `stop`. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Joins the stream. `onBegin` is called once, right before the first packet, perhaps during the call; undefined: where it begins is not known. */
  start(onBegin: (start: StartPoint | undefined) => void): void {
    this.#isStarted = true;
    this.#onBegin = onBegin;
    this.#viewer.start();
  }

  stop(): void {
    this.#isStarted = false;
    this.#isSending = false;
    this.#onBegin = undefined;
    this.#viewer.stop();
  }

  /** A sender report with the present counts; none before the first packet. */
  sendReport(): void {
    if (!this.#isSending) return;
    const { clock, cname } = this.#context;
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
  }

  sendBye(): void {
    this.#viewer.sendBye(formatBye(this.stream.ssrc, this.#context.cname));
  }

  readRtcp(bytes: Uint8Array): ReceivedRtcp | undefined {
    return parseRtcp(bytes, this.stream.ssrc);
  }

  onDrain(): void {
    this.#viewer.onDrain();
  }

  /** Gives back what the viewer holds; not used afterwards. */
  close(): void {
    this.#isStarted = false;
    this.#isSending = false;
    this.#viewer.close();
  }

  #begin(start: StartPoint | undefined): void {
    this.#isSending = true;
    const onBegin = this.#onBegin;
    this.#onBegin = undefined;
    onBegin?.(start);
  }
}
