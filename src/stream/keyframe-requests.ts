import type { Clock } from "../core/clock.ts";
import type { Scheduler } from "../core/scheduler.ts";

/** Forced keyframes cost bitrate: at most one in this time, whoever asks (contract rtsp.md). */
export const KEYFRAME_INTERVAL_MS = 500;
/** From the wish to the keyframe: a frame at 10 frames a second, and its coding. */
const ON_ITS_WAY_MS = 120;

/** Merges the wishes of joins, lost frames and receivers into few forced keyframes. */
export class KeyframeRequests {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #force: () => void;
  #lastForcedUs = Number.NEGATIVE_INFINITY;
  #isOnItsWay = false;
  #cancelPending: (() => void) | undefined;

  /** `force` asks the encoder for an IDR. */
  constructor(clock: Clock, scheduler: Scheduler, force: () => void) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#force = force;
  }

  /** Forces a keyframe now, or as soon as the interval since the last forced one is over. */
  request(): void {
    if (this.#cancelPending !== undefined) return;
    const waitMs = KEYFRAME_INTERVAL_MS - (this.#clock.monotonicUs() - this.#lastForcedUs) / 1000;
    if (waitMs <= 0) this.#forceNow();
    else this.#cancelPending = this.#scheduler.after(waitMs, () => this.#forceNow());
  }

  /** Forces a keyframe now, unless one that was forced is still on its way. */
  requestNow(): void {
    const forcedUs = this.#clock.monotonicUs() - this.#lastForcedUs;
    if (this.#isOnItsWay && forcedUs < ON_ITS_WAY_MS * 1000) return;
    this.#cancelPending?.();
    this.#forceNow();
  }

  /** A keyframe came: whoever waits has it. */
  satisfied(): void {
    this.#isOnItsWay = false;
    this.#cancelPending?.();
    this.#cancelPending = undefined;
  }

  #forceNow(): void {
    this.#cancelPending = undefined;
    this.#lastForcedUs = this.#clock.monotonicUs();
    this.#isOnItsWay = true;
    this.#force();
  }
}
