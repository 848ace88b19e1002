import type { PathEstimate } from "./path-estimate.ts";

/** Half a minute of moments, twenty a second: a connection that stands still longer has ended. */
const MAX_MARKS = 600;

/** Turns how far a connection has got into what feedback says of datagrams: when bytes went in, and that the peer has them now. */
export class ConnectionProgress {
  /** How much had been written in all at moments before now, what is acknowledged left out; oldest first. */
  readonly #marks: { writtenBytes: number; readonly atMs: number }[] = [];
  #acknowledgedBytes = 0;
  /** Of what arrived last. Until then waiting tells nothing. */
  #delayMs = Number.POSITIVE_INFINITY;
  readonly #sent = new Float64Array(2);
  readonly #arrivals = new Float64Array(1);

  /** Takes the bytes written so far, what was left out again excepted, and how many of them the peer has not acknowledged; to be called about every 50 ms. */
  note(estimate: PathEstimate, writtenBytes: number, outstandingBytes: number, nowMs: number): void {
    const acknowledgedBytes = writtenBytes - outstandingBytes;
    const arrivedBytes = Math.max(0, acknowledgedBytes - this.#acknowledgedBytes);
    this.#acknowledgedBytes = acknowledgedBytes;
    for (const mark of this.#marks) mark.writtenBytes = Math.min(mark.writtenBytes, writtenBytes);
    if (this.#marks.length < MAX_MARKS) this.#marks.push({ writtenBytes, atMs: nowMs });
    const delayMs = this.#delayAt(acknowledgedBytes, nowMs);
    // neither does what waits shorter than the last took
    if (arrivedBytes === 0 && delayMs <= this.#delayMs) return;
    this.#delayMs = delayMs;
    this.#sent[0] = (nowMs - delayMs) * 1000;
    this.#sent[1] = arrivedBytes;
    this.#arrivals[0] = nowMs * 1000;
    estimate.note(this.#sent, this.#arrivals, nowMs);
  }

  /** How long the newest byte that arrived was under way, or the oldest that did not if that is longer. */
  #delayAt(acknowledgedBytes: number, nowMs: number): number {
    const marks = this.#marks;
    let writtenMs = nowMs;
    for (; marks[0] !== undefined && marks[0].writtenBytes <= acknowledgedBytes; marks.shift())
      writtenMs = marks[0].atMs;
    return writtenMs < nowMs ? nowMs - writtenMs : nowMs - (marks[0]?.atMs ?? nowMs);
  }
}
