/** Of this age a queue is no accident any more; well before the picture suffers. */
export const CONGESTED_QUEUE_MS = 70;
/** Less may be the air's doing; as much is a path that drops what it cannot carry. */
const CONGESTED_LOSS = 0.2;
/** What is left to drain the queue with. */
const BACK_OFF = 0.8;
/** Between cuts: the last one has to arrive first. Loss without a queue says less about how much is too much. */
const QUEUE_CUT_MS = 250;
const LOSS_CUT_MS = 2000;
/** How long the path must be clean before more is tried. */
const CLEAN_FOR_MS = 1000;
/** Growth a second, and near to what was too much last time. */
const GROWTH = 0.1;
const CAREFUL_GROWTH = 0.03;
/** Beyond this much of it the path has changed. */
const PASSED = 1.1;
/** A stream that has little to show proves little. */
const MOST_BEYOND_RECEIVED = 1.5;
const LONGEST_STEP_MS = 200;

/** One viewer's path at one moment, while nothing but it decides how much of the main stream arrives. */
export interface PathMoment {
  readonly nowMs: number;
  readonly queueDelayMs: number;
  /** 0–1, of the last second. */
  readonly lossRatio: number;
  /** Rate of arrival in the last moments: what the path carries while a queue stands. */
  readonly carriedKbps: number;
  /** Of the last second. */
  readonly receivedKbps: number;
}

/** How much of the main stream one viewer's path carries: cut when a queue grows, more when it has been clean for a while. */
export class PathBudget {
  #kbps: number;
  /** What was too much the last time. */
  #ceilingKbps = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cutMs = Number.NEGATIVE_INFINITY;
  #cleanSinceMs: number | undefined;
  /** Before the first of the cuts that belong together; the newest of them knows best. */
  #beforeCutsKbps: number | undefined;

  /** `initialKbps`: what is believed before anything is known. */
  constructor(initialKbps: number) {
    this.#kbps = initialKbps;
  }

  get kbps(): number {
    return this.#kbps;
  }

  /** The path has shown otherwise that it carries as much. */
  raise(kbps: number): void {
    this.#kbps = Math.max(this.#kbps, kbps);
  }

  /** To be called about every 50 ms while the viewer gets the main stream, and until its queue has drained. */
  note(path: PathMoment): void {
    const elapsedMs = Math.min(path.nowMs - this.#lastMs, LONGEST_STEP_MS);
    this.#lastMs = path.nowMs;
    const hasQueue = path.queueDelayMs >= CONGESTED_QUEUE_MS;
    if (!hasQueue && path.lossRatio < CONGESTED_LOSS) {
      this.#grow(path, elapsedMs);
      return;
    }
    this.#cleanSinceMs = undefined;
    if (path.nowMs - this.#cutMs < (hasQueue ? QUEUE_CUT_MS : LOSS_CUT_MS)) return;
    this.#cutMs = path.nowMs;
    this.#ceilingKbps = path.carriedKbps;
    this.#beforeCutsKbps ??= this.#kbps;
    this.#kbps = Math.min(this.#beforeCutsKbps, path.carriedKbps * BACK_OFF);
  }

  #grow({ nowMs, receivedKbps }: PathMoment, elapsedMs: number): void {
    this.#cleanSinceMs ??= nowMs;
    if (nowMs - this.#cleanSinceMs < CLEAN_FOR_MS) return;
    this.#beforeCutsKbps = undefined;
    if (this.#kbps > this.#ceilingKbps * PASSED) this.#ceilingKbps = Number.POSITIVE_INFINITY;
    const isNear = this.#kbps > this.#ceilingKbps * 0.9;
    const grown = this.#kbps * (1 + ((isNear ? CAREFUL_GROWTH : GROWTH) * elapsedMs) / 1000);
    this.raise(Math.min(grown, receivedKbps * MOST_BEYOND_RECEIVED));
  }
}
