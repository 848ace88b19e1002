/** What a viewer's path looks like at one moment. */
export interface PathState {
  readonly nowMs: number;
  /** 0–1. */
  readonly lossRatio: number;
  readonly queueDelayMs: number;
  /** Since the receiver was heard of last, while it is being sent to. */
  readonly feedbackAgeMs: number;
  /** What the receiver believes that the path carries (REMB), where it says so. */
  readonly carriesKbps: number | undefined;
  /** More can be sent than the stream has, and it is told what arrives of it. */
  readonly canProbe: boolean;
  /** Of the streams, as they are now. */
  readonly mainKbps: number;
  readonly subKbps: number;
}

/** What to do: go over to the other stream, send so much in all for a moment to see whether it arrives, or nothing. */
export type Advice = { readonly kind: "stay" | "down" | "up" } | { readonly kind: "probe"; readonly totalKbps: number };

/** Retransmission mends less than this well enough at full size. */
const BAD_LOSS = 0.08;
/** A queue of this age only grows: the path carries less than it gets. */
const BAD_QUEUE_MS = 150;
/** Receivers report at least every 250 ms. */
const BAD_FEEDBACK_AGE_MS = 800;
/** Trouble that passes sooner is none; longer, the picture would stand still. */
const BAD_FOR_MS = 300;
/** Beyond these there is no doubt, and every moment makes the queue longer. */
const SEVERE_LOSS = 0.2;
const SEVERE_QUEUE_MS = 200;
const SEVERE_FOR_MS = 50;
const CLEAN_LOSS = 0.03;
const CLEAN_QUEUE_MS = 40;
/** How long a path must be clean before the next attempt; doubles with every attempt that fails. */
const FIRST_HOLD_MS = 4000;
const LONGEST_HOLD_MS = 60_000;
/** Who has been up for this long is well there: the next trouble is a new one. */
const SETTLED_MS = 15_000;
/** Length of one step of a probe: a few feedbacks. */
const PROBE_STEP_MS = 300;
const PROBE_GROWTH = 1.7;
/** What must arrive before the main stream is tried: frames are not all of one size. */
const PROBE_MARGIN = 1.3;
/** A queue that a probe may cause; beyond, it is ended at once. */
const PROBE_QUEUE_MS = 60;
const PROBE_LOSS = 0.05;
/** Headroom that a REMB must show. */
const REMB_MARGIN = 1.1;

/**
 * Decides whether one viewer gets the main stream or the sub stream. Down quickly, by loss, queue or silence; up only after the path was clean for a
 * while and, where probing is possible, has carried as much as the main stream needs.
 */
export class Adaptation {
  #isUp = true;
  /** Undefined: it has been up from the beginning. */
  #wentUpMs: number | undefined;
  #badSinceMs: number | undefined;
  #cleanSinceMs: number | undefined;
  #holdMs = FIRST_HOLD_MS;
  #probe: { readonly totalKbps: number; readonly untilMs: number } | undefined;

  /** Whether the viewer should have the main stream. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** To be asked about every 50 ms while the viewer is sent to. */
  advise(path: PathState): Advice {
    return this.#isUp ? this.#adviseUp(path) : this.#adviseDown(path);
  }

  #adviseUp(path: PathState): Advice {
    const { nowMs } = path;
    const isSettled = this.#wentUpMs === undefined || nowMs - this.#wentUpMs >= SETTLED_MS;
    if (isSettled) this.#holdMs = FIRST_HOLD_MS;
    if (!isBad(path)) {
      this.#badSinceMs = undefined;
      return { kind: "stay" };
    }
    this.#badSinceMs ??= nowMs;
    const isSevere = path.lossRatio >= SEVERE_LOSS || path.queueDelayMs >= SEVERE_QUEUE_MS;
    if (nowMs - this.#badSinceMs < (isSevere ? SEVERE_FOR_MS : BAD_FOR_MS)) return { kind: "stay" };
    if (!isSettled) this.#lengthenHold();
    this.#change(false, nowMs);
    return { kind: "down" };
  }

  #adviseDown(path: PathState): Advice {
    const { nowMs } = path;
    if (this.#probe !== undefined) return this.#followProbe(path, this.#probe);
    if (path.lossRatio > CLEAN_LOSS || path.queueDelayMs > CLEAN_QUEUE_MS || path.feedbackAgeMs > BAD_FEEDBACK_AGE_MS) {
      this.#cleanSinceMs = undefined;
      return { kind: "stay" };
    }
    this.#cleanSinceMs ??= nowMs;
    if (nowMs - this.#cleanSinceMs < this.#holdMs) return { kind: "stay" };
    if (path.canProbe) return this.#startProbe(path.subKbps * PROBE_GROWTH, nowMs);
    if (path.carriesKbps !== undefined && path.carriesKbps < path.subKbps * REMB_MARGIN) return { kind: "stay" };
    this.#change(true, nowMs);
    return { kind: "up" };
  }

  #startProbe(totalKbps: number, nowMs: number): Advice {
    this.#probe = { totalKbps, untilMs: nowMs + PROBE_STEP_MS };
    return { kind: "probe", totalKbps };
  }

  #followProbe(
    path: PathState,
    { totalKbps, untilMs }: { readonly totalKbps: number; readonly untilMs: number },
  ): Advice {
    const { nowMs } = path;
    const failed =
      path.queueDelayMs > PROBE_QUEUE_MS || path.lossRatio > PROBE_LOSS || path.feedbackAgeMs > BAD_FEEDBACK_AGE_MS;
    if (failed) {
      this.#probe = undefined;
      this.#cleanSinceMs = undefined;
      this.#lengthenHold();
      return { kind: "stay" };
    }
    if (nowMs < untilMs) return { kind: "probe", totalKbps };
    const enough = Math.max(path.mainKbps * PROBE_MARGIN, path.subKbps);
    if (totalKbps < enough) return this.#startProbe(Math.min(totalKbps * PROBE_GROWTH, enough), nowMs);
    this.#probe = undefined;
    this.#change(true, nowMs);
    return { kind: "up" };
  }

  #lengthenHold(): void {
    this.#holdMs = Math.min(this.#holdMs * 2, LONGEST_HOLD_MS);
  }

  #change(isUp: boolean, nowMs: number): void {
    this.#isUp = isUp;
    if (isUp) this.#wentUpMs = nowMs;
    this.#badSinceMs = undefined;
    this.#cleanSinceMs = undefined;
  }
}

function isBad({ lossRatio, queueDelayMs, feedbackAgeMs, carriesKbps, mainKbps }: PathState): boolean {
  if (lossRatio >= BAD_LOSS || queueDelayMs >= BAD_QUEUE_MS || feedbackAgeMs >= BAD_FEEDBACK_AGE_MS) return true;
  return carriesKbps !== undefined && mainKbps > 0 && carriesKbps < mainKbps / REMB_MARGIN;
}
