import type { Scheduler } from "../../core/scheduler.ts";
import type { Recorder } from "./recorder.ts";

/** A recording goes on for this long after motion has ended, so that one that comes and goes is one recording. */
const AFTER_MS = 5000;

/** Every picture, whatever the setting `record-mode` says: a time-lapse would miss what moves. */
const ORDER = { mode: "video", stream: "stream1", tags: [] } as const;

/** What recording by motion is built over. */
export interface MotionTriggerParts {
  readonly recorder: Pick<Recorder, "state" | "cause" | "start" | "stop">;
  readonly scheduler: Scheduler;
  readonly motion: { readonly isMoving: boolean; onMotion(listener: () => void): void };
}

/** Records stream1 while something moves; recordings of others are left alone. */
export class MotionTrigger {
  readonly #parts: MotionTriggerParts;
  #isOn = false;
  #cancelStop: (() => void) | undefined;

  constructor(parts: MotionTriggerParts) {
    this.#parts = parts;
    parts.motion.onMotion(() => this.#follow());
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    this.#follow();
  }

  close(): void {
    this.#cancelStop?.();
    this.#cancelStop = undefined;
  }

  #follow(): void {
    const { recorder, scheduler, motion } = this.#parts;
    const isOurs = recorder.cause === "motion";
    if (this.#isOn && motion.isMoving) {
      this.close();
      // what fails is told by the recorder
      if (recorder.state === "off") recorder.start(ORDER, "motion").catch(() => {});
    } else if (isOurs) {
      this.#cancelStop ??= scheduler.after(this.#isOn ? AFTER_MS : 0, () => this.#stop());
    }
  }

  #stop(): void {
    this.#cancelStop = undefined;
    const { recorder } = this.#parts;
    if (recorder.cause === "motion" && recorder.state !== "stopping") recorder.stop().catch(() => {});
  }
}
