/** What counts as "now": a second holds ten feedbacks or more. */
const WINDOW_MS = 1000;
/** The queue is judged by less, so that it shows as soon as it grows. */
const QUEUE_WINDOW_MS = 400;
/** The least delay of this time is taken for the path without a queue; clocks drift apart by less than a millisecond in it. */
const BASE_WINDOW_MS = 20_000;
/** Feedbacks kept of the window; browsers send at most 20 a second. */
const MAX_BATCHES = 64;
/** Steps in which the base window forgets. */
const BASE_STEPS = 10;

/** One feedback, summed up. */
interface Batch {
  readonly timeMs: number;
  readonly received: number;
  readonly lost: number;
  readonly bytes: number;
  /** Least one-way delay, on clocks with an unknown offset; NaN: nothing arrived. */
  readonly leastDelayMs: number;
  /** When the last of it arrived, by the receiver's clock. */
  readonly lastArrivalUs: number;
}

/** Loss, queueing delay and rate of a path, from what was sent and when it arrived (transport-wide feedback). Times are milliseconds of our monotonic clock. */
export class PathEstimate {
  #batches: Batch[] = [];
  /** Least delays of steps of the base window, newest last. */
  #bases: { readonly step: number; readonly leastMs: number }[] = [];

  /** Takes one feedback: pairs (time of sending, microseconds; bytes) as the egress remembers them, zeros where it does not, and the arrivals (microseconds of the receiver's clock, NaN: lost). */
  note(sent: Float64Array, arrivalsUs: Float64Array, nowMs: number): void {
    let [received, lost, bytes, leastDelayMs, lastArrivalUs] = [0, 0, 0, Number.NaN, Number.NEGATIVE_INFINITY];
    for (const [index, arrivalUs] of arrivalsUs.entries()) {
      const sentUs = sent[index * 2] ?? 0;
      if (sentUs === 0) continue;
      if (Number.isNaN(arrivalUs)) {
        lost += 1;
        continue;
      }
      received += 1;
      bytes += sent[index * 2 + 1] ?? 0;
      const delayMs = (arrivalUs - sentUs) / 1000;
      if (!(delayMs >= leastDelayMs)) leastDelayMs = delayMs;
      if (arrivalUs > lastArrivalUs) lastArrivalUs = arrivalUs;
    }
    if (received + lost === 0) return;
    this.#batches.push({ timeMs: nowMs, received, lost, bytes, leastDelayMs, lastArrivalUs });
    this.#batches = this.#batches.filter(({ timeMs }) => nowMs - timeMs < WINDOW_MS).slice(-MAX_BATCHES);
    if (!Number.isNaN(leastDelayMs)) this.#noteBase(leastDelayMs, nowMs);
  }

  /** Packets that the estimate rests on. */
  get packets(): number {
    return this.#batches.reduce((sum, { received, lost }) => sum + received + lost, 0);
  }

  /** 0–1, of the last second. */
  get lossRatio(): number {
    const lost = this.#batches.reduce((sum, batch) => sum + batch.lost, 0);
    return lost === 0 ? 0 : lost / this.packets;
  }

  /** How much longer packets are under way than the path alone would take, by the quickest of the last moments: a frame that arrives in a row is no queue. */
  queueDelayMs(nowMs: number): number {
    const recent = this.#batches.filter(({ timeMs }) => nowMs - timeMs < QUEUE_WINDOW_MS);
    const delays = recent.map(({ leastDelayMs }) => leastDelayMs).filter((delay) => !Number.isNaN(delay));
    const base = Math.min(...this.#bases.map(({ leastMs }) => leastMs));
    return delays.length === 0 ? 0 : Math.min(...delays) - base;
  }

  /** What arrived in the last second. */
  get receivedKbps(): number {
    return (this.#batches.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / WINDOW_MS;
  }

  /** The rate at which the last moments' packets arrived, by the receiver's clock: while a queue stands, what the path carries. */
  carriedKbps(nowMs: number): number {
    const recent = this.#batches.filter(({ timeMs, received }) => received > 0 && nowMs - timeMs < QUEUE_WINDOW_MS);
    const [first, ...others] = recent;
    const last = recent.at(-1);
    if (first === undefined || last === undefined) return 0;
    const elapsedUs = last.lastArrivalUs - first.lastArrivalUs;
    const bytes = others.reduce((sum, batch) => sum + batch.bytes, 0);
    return elapsedUs > 0 ? (bytes * 8000) / elapsedUs : this.receivedKbps;
  }

  /** Of the newest feedback; undefined: none in the last second before `note` was called last. */
  get newestMs(): number | undefined {
    return this.#batches.at(-1)?.timeMs;
  }

  #noteBase(delayMs: number, nowMs: number): void {
    const step = Math.floor((nowMs * BASE_STEPS) / BASE_WINDOW_MS);
    const last = this.#bases.at(-1);
    if (last?.step !== step) this.#bases.push({ step, leastMs: delayMs });
    else if (delayMs < last.leastMs) this.#bases[this.#bases.length - 1] = { step, leastMs: delayMs };
    this.#bases = this.#bases.filter((base) => step - base.step < BASE_STEPS);
  }
}
