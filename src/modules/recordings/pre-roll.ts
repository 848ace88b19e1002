import type { AccessUnit } from "../../media/access-unit.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import { type TakenFrame, takeFrame } from "./taken-frame.ts";

/** Ten seconds at 10 Mbit/s; above that the time is shorter. Less than a recording's queue takes at once. */
const MAX_BYTES = 12 << 20;

/** Keeps a stream's newest pictures in memory, whole GOPs of them. Costs nothing while `seconds` is 0. */
export class PreRoll {
  readonly #stream: Pick<VideoStream, "read" | "parameters">;
  #seconds = 0;
  #frames: TakenFrame[] = [];
  #bytes = 0;
  #stopReading: (() => void) | undefined;

  constructor(stream: Pick<VideoStream, "read" | "parameters">) {
    this.#stream = stream;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** How much is kept from now on. */
  set seconds(seconds: number) {
    this.#seconds = seconds;
    if (seconds > 0) this.#stopReading ??= this.#stream.read((unit) => this.#take(unit));
    else this.close();
  }

  /** What came in the last `seconds`, or what there is of it, from a keyframe on. */
  last(seconds: number): readonly TakenFrame[] {
    const newestUs = this.#frames.at(-1)?.captureTimeUs ?? 0;
    const first = this.#keyframeBefore(newestUs - seconds * 1e6);
    return seconds > 0 && first !== -1 ? this.#frames.slice(first) : [];
  }

  close(): void {
    this.#stopReading?.();
    this.#stopReading = undefined;
    this.#clear();
  }

  #take(unit: AccessUnit): void {
    const sets = unit.isKey ? this.#stream.parameters : this.#frames.at(-1)?.sets;
    if (sets === undefined) return;
    const frame = takeFrame(unit, sets);
    this.#frames.push(frame);
    this.#bytes += frame.sample.length;
    if (this.#bytes > MAX_BYTES) this.#dropBefore(this.#frames.findIndex(({ isKey }, index) => isKey && index > 0));
    else if (unit.isKey) this.#dropBefore(this.#keyframeBefore(frame.captureTimeUs - this.#seconds * 1e6));
  }

  /** Index of the last keyframe that is not younger; the oldest one where all are; -1 without any. */
  #keyframeBefore(timeUs: number): number {
    const last = this.#frames.findLastIndex(({ isKey, captureTimeUs }) => isKey && captureTimeUs <= timeUs);
    return last === -1 ? this.#frames.findIndex(({ isKey }) => isKey) : last;
  }

  /** -1: not even one GOP has room. */
  #dropBefore(index: number): void {
    if (index === -1) this.#clear();
    for (const { sample } of this.#frames.splice(0, Math.max(index, 0))) this.#bytes -= sample.length;
  }

  #clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }
}
