import type { Egress } from "bun-ffi-v4l2";
import type { Clock } from "../core/clock.ts";
import { rtpTimestamp } from "../rtp/media-clock.ts";
import { PacketBlock } from "../rtp/packet-block.ts";
import type { PacketizerOptions } from "../rtp/packet-writer.ts";
import type { StartPoint } from "./gop-cache.ts";
import type { MediaStream, StreamViewer } from "./media-stream.ts";

/** What every such stream is made of. */
export interface FrameStreamOptions extends PacketizerOptions {
  readonly name: string;
  readonly timestampOrigin: number;
  readonly egress: Egress;
  readonly clock: Clock;
}

/** A stream every frame of which can be decoded by itself: a viewer begins with any, and goes on with any. */
export abstract class FrameStream implements MediaStream {
  readonly name: string;
  readonly ssrc: number;
  readonly egress: Egress;
  protected readonly block = new PacketBlock();
  protected readonly clock: Clock;
  /** Started; the others wait for their first frame. */
  protected readonly playing = new Set<StreamViewer>();
  readonly #waiting = new Set<StreamViewer>();
  readonly #timestampOrigin: number;

  constructor({ name, ssrc, egress, clock, timestampOrigin }: FrameStreamOptions) {
    this.name = name;
    this.ssrc = ssrc;
    this.egress = egress;
    this.clock = clock;
    this.#timestampOrigin = timestampOrigin;
  }

  get viewerCount(): number {
    return this.#waiting.size + this.playing.size;
  }

  join(viewer: StreamViewer): void {
    this.#waiting.add(viewer);
    if (this.viewerCount === 1) this.onWatched();
  }

  leave(viewer: StreamViewer): void {
    const wasWatched = this.viewerCount > 0;
    this.#waiting.delete(viewer);
    this.playing.delete(viewer);
    if (viewer.destination !== undefined) this.egress.setActive(viewer.destination, false);
    if (wasWatched && this.viewerCount === 0) this.onUnwatched();
  }

  /** The next frame will do. */
  resume(): void {}

  /** The next frame will do. */
  refresh(): void {}

  rtpTimestampNow(): number {
    return this.rtpTimestamp(this.clock.monotonicUs());
  }

  protected rtpTimestamp(timeUs: number): number {
    return rtpTimestamp(this.#timestampOrigin, timeUs);
  }

  /** The first viewer came. */
  protected abstract onWatched(): void;
  /** The last viewer left. */
  protected abstract onUnwatched(): void;

  /** Starts those who wait. */
  protected startWaiting(start: StartPoint): void {
    for (const viewer of this.#waiting) {
      this.#waiting.delete(viewer);
      this.playing.add(viewer);
      if (viewer.destination !== undefined) this.egress.setActive(viewer.destination, true);
      viewer.onStart(start); // the last step: the viewer may leave while it is told
    }
  }

  /** Sends what is in the block to everyone who has started. */
  protected send(): void {
    for (const viewer of this.playing) {
      // who has no room loses this frame
      if (viewer.destination === undefined) viewer.deliver(this.block);
    }
    this.egress.send(this.block.bytes, this.block.packets, this.block.count);
  }
}
