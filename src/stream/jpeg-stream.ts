import { AppError, defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { type BaselineJpeg, parseBaselineJpeg } from "../media/baseline-jpeg.ts";
import { JpegPacketizer } from "../rtp/jpeg-packetizer.ts";
import { FrameStream, type FrameStreamOptions } from "./frame-stream.ts";

/** A JPEG and when its picture was captured: CLOCK_MONOTONIC, microseconds. */
export interface TimedJpeg {
  readonly jpeg: Uint8Array;
  readonly captureTimeUs: number;
}

/** Takes one picture after the other. */
export type JpegSink = (picture: TimedJpeg) => void;

/** What a stream of JPEGs is made of. */
export interface JpegStreamOptions extends FrameStreamOptions {
  readonly log: Log;
  /** Begins to make pictures for `sink`; the returned function ends that. Called while someone watches only. */
  readonly feed: (sink: JpegSink) => () => void;
}

/** Motion JPEG over RTP: every picture is made, parsed and packetized once for all viewers, and only while there are any. */
export class JpegStream extends FrameStream {
  readonly #options: JpegStreamOptions;
  readonly #packetizer: JpegPacketizer;
  #stopFeed: () => void = () => undefined;
  #size: Pick<BaselineJpeg, "width" | "height"> | undefined;
  #lastFailure: string | undefined;

  constructor(options: JpegStreamOptions) {
    super(options);
    this.#options = options;
    this.#packetizer = new JpegPacketizer(options);
  }

  protected onWatched(): void {
    this.#stopFeed = this.#options.feed((picture) => this.#publish(picture));
  }

  protected onUnwatched(): void {
    this.#stopFeed();
    this.#stopFeed = () => undefined;
  }

  /** Nobody above could do anything about a picture that fails. */
  #publish(picture: TimedJpeg): void {
    try {
      this.#send(picture);
      this.#lastFailure = undefined;
    } catch (error) {
      this.#noteFailure(error);
    }
  }

  #send({ jpeg, captureTimeUs }: TimedJpeg): void {
    const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
    const timestamp = this.rtpTimestamp(captureTimeUs);
    const sequence = this.#packetizer.nextSequence;
    const frame = parseBaselineJpeg(bytes);
    this.#noteSize(frame);
    this.block.clear();
    this.#packetizer.packetize(bytes, frame, timestamp, this.block);
    this.startWaiting({ sequence, rtpTimestamp: timestamp });
    this.send();
  }

  #noteSize({ width, height }: BaselineJpeg): void {
    const before = this.#size;
    this.#size = { width, height };
    if (before === undefined || (before.width === width && before.height === height)) return;
    for (const viewer of this.playing) viewer.onResolutionChange();
  }

  /** Not with each picture: it holds for those that follow. */
  #noteFailure(error: unknown): void {
    const { log } = this.#options;
    const reason = error instanceof AppError ? error.message : defectText(error);
    if (reason === this.#lastFailure) return;
    this.#lastFailure = reason;
    if (error instanceof AppError) log.warn("a picture could not be sent as JPEG", { stream: this.name, reason });
    else log.error("a picture could not be handed on", { stream: this.name, error: reason });
  }
}
