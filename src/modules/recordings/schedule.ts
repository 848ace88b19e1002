import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { RecordingWindow } from "../../settings/keys.ts";
import type { Recorder } from "./recorder.ts";

const LOOK_EVERY_MS = 1000;
/** After a failed start: the disk may come back. */
const RETRY_MS = 30_000;
const DAYS = 7;
const MINUTES_A_DAY = 1440;
const MINUTES_A_WEEK = DAYS * MINUTES_A_DAY;

/** A moment of the week in the device's time zone. */
export interface WeekTime {
  /** 0: Sunday. */
  readonly day: number;
  /** Since midnight. */
  readonly minute: number;
}

/** Whether a moment lies in one of the windows. One whose end is not after its beginning ends on the next day. */
export function isScheduled(windows: readonly RecordingWindow[], { day, minute }: WeekTime): boolean {
  const now = day * MINUTES_A_DAY + minute;
  return windows.some((window) => {
    const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
    const length = to > from ? to - from : to + MINUTES_A_DAY - from;
    const since = (now - (window.day * MINUTES_A_DAY + from) + MINUTES_A_WEEK) % MINUTES_A_WEEK;
    return since < length;
  });
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

/** What recording by schedule is built over. */
export interface ScheduleParts {
  readonly recorder: Pick<Recorder, "state" | "cause" | "start" | "stop">;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly now: () => WeekTime;
}

/** Records stream1 within the windows of the week. A recording that somebody ends within one is not begun again before the next. */
export class RecordingSchedule {
  readonly #parts: ScheduleParts;
  #windows: readonly RecordingWindow[] = [];
  #cancel: (() => void) | undefined;
  /** Whether this window's recording was begun. */
  #isBegun = false;
  #waitMs = 0;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  get windows(): readonly RecordingWindow[] {
    return this.#windows;
  }

  /** In force within a second. */
  set windows(windows: readonly RecordingWindow[]) {
    this.#windows = windows;
    this.#cancel ??= this.#parts.scheduler.every(LOOK_EVERY_MS, () => this.#look());
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const { recorder, now } = this.#parts;
    const isRunning = recorder.state !== "off";
    if (!isScheduled(this.#windows, now())) {
      if (this.#isBegun && isRunning && recorder.cause === "schedule" && recorder.state !== "stopping") this.#stop();
      this.#isBegun = false;
      this.#waitMs = 0;
      return;
    }
    if (this.#isBegun || isRunning) return;
    this.#waitMs -= LOOK_EVERY_MS;
    if (this.#waitMs > 0) return;
    this.#isBegun = true;
    recorder.start({ stream: "stream1", tags: [] }, "schedule").catch(() => {
      this.#isBegun = false; // the recorder has told why
      this.#waitMs = RETRY_MS;
    });
  }

  #stop(): void {
    this.#parts.recorder.stop().catch((error: unknown) => {
      this.#parts.log.warn("the scheduled recording had ended before", { reason: String(error) });
    });
  }
}
