import { AppError } from "../core/errors.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { MetadataPacketizer } from "../rtp/metadata-packetizer.ts";
import { FrameStream, type FrameStreamOptions } from "./frame-stream.ts";
import type { StreamViewer } from "./media-stream.ts";

/** Largest document: events and analytics of one moment have a few KiB. */
export const MAX_METADATA_BYTES = 64 * 1024;
/** Players and firewalls take a track on which nothing comes for a dead one. */
const KEEP_ALIVE_MS = 1000;

const EMPTY_DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?>\n<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"/>\n';

/** What a metadata stream is made of. */
export interface MetadataStreamOptions extends FrameStreamOptions {
  readonly scheduler: Scheduler;
}

/** ONVIF metadata over RTP: `tt:MetadataStream` documents as they are published, and an empty one after a second without any. */
export class MetadataStream extends FrameStream {
  readonly #scheduler: Scheduler;
  readonly #packetizer: MetadataPacketizer;
  #cancelKeepAlive: () => void = () => undefined;

  constructor(options: MetadataStreamOptions) {
    super(options);
    this.#scheduler = options.scheduler;
    this.#packetizer = new MetadataPacketizer(options);
  }

  /** The viewer starts at once: documents come when they come. */
  override join(viewer: StreamViewer): void {
    super.join(viewer);
    this.startWaiting({ sequence: this.#packetizer.nextSequence, rtpTimestamp: this.rtpTimestampNow() });
  }

  /**
   * Sends one document to everyone who plays; nothing is kept for those who come later. `timeUs`: of what it tells about, CLOCK_MONOTONIC,
   * microseconds. Throws AppError `bad-request` for an empty document, `too-large` above `MAX_METADATA_BYTES`.
   */
  publish(xml: string | Uint8Array, timeUs: number): void {
    if (xml.length === 0) throw new AppError("bad-request", "A metadata document is empty");
    // a character has a byte at least
    const document = xml.length > MAX_METADATA_BYTES ? undefined : bufferOf(xml);
    if (document === undefined || document.length > MAX_METADATA_BYTES)
      throw new AppError("too-large", `A metadata document is larger than ${MAX_METADATA_BYTES} bytes`);
    if (this.viewerCount === 0) return;
    this.#planKeepAlive();
    this.block.clear();
    this.#packetizer.packetize(document, this.rtpTimestamp(timeUs), this.block);
    this.send();
  }

  protected onWatched(): void {
    this.#planKeepAlive();
  }

  protected onUnwatched(): void {
    this.#cancelKeepAlive();
  }

  #planKeepAlive(): void {
    this.#cancelKeepAlive();
    this.#cancelKeepAlive = this.#scheduler.after(KEEP_ALIVE_MS, () =>
      this.publish(EMPTY_DOCUMENT, this.clock.monotonicUs()),
    );
  }
}

function bufferOf(xml: string | Uint8Array): Buffer {
  return typeof xml === "string" ? Buffer.from(xml) : Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength);
}
