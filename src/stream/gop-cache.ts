import { PacketBlock } from "../rtp/packet-block.ts";

/** A join may start in the running GOP when its keyframe is no older: the burst's age stays as delay in players that clock on timestamps. */
export const FRESH_GOP_US = 150_000;
/** A GOP of 10 s at 4 Mbit/s: what goes out in one call and about fits a socket's queue. A longer one is not kept and its joiners wait for the next keyframe. */
const MAX_GOP_PACKETS = 4096;

/** Where a viewer's packets begin: what RTP-Info tells it (RFC 2326 §12.33). */
export interface StartPoint {
  readonly sequence: number;
  readonly rtpTimestamp: number;
}

/** Packets of the running GOP, from its keyframe on. Kept for as long as a joiner could start with them. */
export class GopCache {
  readonly #packets = new PacketBlock();
  /** Keep whole GOPs, however old: for sources that cannot make a keyframe on demand. */
  keepWhole = false;
  #keyTimeUs = Number.NEGATIVE_INFINITY;
  #start: StartPoint | undefined;

  /** Adds a frame; `start` is given with a keyframe and begins a new GOP. Times are capture times. */
  add(frame: PacketBlock, captureTimeUs: number, start: StartPoint | undefined): void {
    if (start !== undefined) {
      this.#packets.clear();
      this.#keyTimeUs = captureTimeUs;
      this.#start = start;
    } else if (this.#start === undefined) return;
    const tooOld = !this.keepWhole && captureTimeUs - this.#keyTimeUs > FRESH_GOP_US;
    if (tooOld || this.#packets.count + frame.count > MAX_GOP_PACKETS) this.clear();
    else this.#packets.appendBlock(frame);
  }

  /** The packets to start a viewer with, and where they begin; undefined when it has to wait for a keyframe. */
  startingAt(nowUs: number): { readonly start: StartPoint; readonly packets: PacketBlock } | undefined {
    if (this.#start === undefined) return undefined;
    if (!this.keepWhole && nowUs - this.#keyTimeUs > FRESH_GOP_US) return undefined;
    return { start: this.#start, packets: this.#packets };
  }

  clear(): void {
    this.#packets.clear();
    this.#start = undefined;
  }
}
