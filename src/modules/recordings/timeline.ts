import type { AccessUnit } from "../../media/access-unit.ts";
import type { KeyframeRequests } from "../../stream/keyframe-requests.ts";

/** After a keyframe the next one is asked for, which ends the fragment: what a kill or a power cut may cost, beside a frame (contract recording.md). */
const ASK_FOR_KEY_AFTER_US = 1_000_000;
/** Pictures that are farther apart than at 5 a second are late: the next one is not expected after as long. */
const MAX_PERIOD_US = 200_000;
/** Pictures a second that a time-lapse plays (contract recording.md). */
export const LAPSE_FPS = 30;
const LAPSE_PERIOD_US = 1e6 / LAPSE_FPS;
/** An hour as it is played: 108,000 fragments, which is what a crash leaves to be looked through. */
const MAX_LAPSE_PART_US = 3600e6;

type Seen = Pick<AccessUnit, "isKey" | "captureTimeUs">;

/** Which pictures of a stream are recorded, and where they stand in the time of the part that is being filled. Microseconds; asks for the keyframes that it needs. */
export interface Timeline {
  /** Of the end of the newest picture. */
  readonly endUs: number;
  /** Seconds that pass while a second of the file is recorded. */
  readonly pace: number;
  /** Whether the part is as long as one may be, `splitUs` as it is played. */
  isFull(splitUs: number): boolean;
  /** Whether a picture is recorded, where nothing else is against it. */
  wants(picture: Seen): boolean;
  /** Where a picture would stand that is taken now; changes nothing. */
  timeOf(captureTimeUs: number, isNewPart: boolean): number;
  /** The picture was taken, and stands there. */
  took(picture: Seen, timeUs: number): void;
  /** The picture found no room; `isRoom`: the next keyframe would. */
  lost(picture: Seen, isRoom: boolean): void;
  /** The next picture follows as if no time had passed. */
  rejoin(): void;
}

/** Every picture, at its pace. */
export class VideoTimeline implements Timeline {
  readonly pace = 1;
  #newestUs = 0;
  readonly #keyframes: Pick<KeyframeRequests, "request">;
  /** What is taken from capture times; undefined: such that the next picture follows. */
  #originUs: number | undefined;
  #periodUs = 0;
  #keyAtUs = 0;

  constructor(keyframes: Pick<KeyframeRequests, "request">) {
    this.#keyframes = keyframes;
  }

  get endUs(): number {
    return this.#newestUs + this.#periodUs;
  }

  isFull(splitUs: number): boolean {
    return this.#newestUs >= splitUs;
  }

  wants(): boolean {
    return true;
  }

  timeOf(captureTimeUs: number, isNewPart: boolean): number {
    if (isNewPart) return 0;
    const passedUs = this.#originUs === undefined ? this.endUs : captureTimeUs - this.#originUs;
    // a slate's picture can be younger than the camera's that follows it
    return Math.max(passedUs, this.#newestUs + 1);
  }

  took({ isKey, captureTimeUs }: Seen, timeUs: number): void {
    if (timeUs === 0 || this.#originUs === undefined) this.#originUs = captureTimeUs - timeUs;
    if (timeUs > 0) this.#periodUs = timeUs - this.#newestUs;
    this.#newestUs = timeUs;
    if (isKey) this.#keyAtUs = timeUs;
    else if (timeUs - this.#keyAtUs >= ASK_FOR_KEY_AFTER_US) this.#keyframes.request();
  }

  lost(_picture: Seen, isRoom: boolean): void {
    if (isRoom) this.#keyframes.request();
  }

  rejoin(): void {
    this.#originUs = undefined;
  }
}

/** A keyframe at each interval, forced where the source can, else the next one that comes; played at 30 a second. Intervals are counted from the first picture, so they do not drift. */
export class LapseTimeline implements Timeline {
  readonly pace: number;
  #newestUs = 0;
  readonly #keyframes: Pick<KeyframeRequests, "requestNow">;
  readonly #intervalUs: number;
  /** Undefined: the next keyframe is the first one. */
  #originUs: number | undefined;
  #dueUs = Number.NEGATIVE_INFINITY;
  #seenUs = 0;
  #periodUs = 0;

  constructor(keyframes: Pick<KeyframeRequests, "requestNow">, intervalMs: number) {
    this.#keyframes = keyframes;
    this.#intervalUs = intervalMs * 1000;
    this.pace = this.#intervalUs / LAPSE_PERIOD_US;
  }

  get endUs(): number {
    return this.#newestUs + LAPSE_PERIOD_US;
  }

  isFull(splitUs: number): boolean {
    return this.#newestUs >= Math.min(splitUs, MAX_LAPSE_PART_US);
  }

  wants({ isKey, captureTimeUs }: Seen): boolean {
    this.#periodUs = Math.min(captureTimeUs - this.#seenUs, MAX_PERIOD_US, this.#intervalUs);
    this.#seenUs = captureTimeUs;
    const leftUs = this.#dueUs - captureTimeUs;
    if (isKey && leftUs <= this.#periodUs / 2) return true;
    // it takes effect at the next picture, which is the one that is due
    if (leftUs <= this.#periodUs) this.#keyframes.requestNow();
    return false;
  }

  timeOf(_captureTimeUs: number, isNewPart: boolean): number {
    return isNewPart ? 0 : this.endUs;
  }

  took(picture: Seen, timeUs: number): void {
    this.#newestUs = timeUs;
    this.lost(picture);
  }

  /** The next one is due an interval later all the same. */
  lost({ captureTimeUs }: Seen): void {
    this.#originUs ??= captureTimeUs;
    const passed = Math.floor((captureTimeUs + this.#periodUs / 2 - this.#originUs) / this.#intervalUs);
    this.#dueUs = this.#originUs + (passed + 1) * this.#intervalUs;
  }

  rejoin(): void {
    this.#originUs = undefined;
    this.#dueUs = Number.NEGATIVE_INFINITY;
  }
}
