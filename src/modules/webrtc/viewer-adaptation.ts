import type { SecureEgress } from "bun-ffi-v4l2";
import type { ReceiverFeedback } from "../../rtp/receiver-feedback.ts";
import { MAX_FEEDBACK_PACKETS } from "../../rtp/transport-feedback.ts";
import { Adaptation, type PathState } from "../../stream/adaptation.ts";
import { ConnectionProgress } from "../../stream/connection-progress.ts";
import { CONGESTED_QUEUE_MS, PathBudget } from "../../stream/path-budget.ts";
import { PathEstimate } from "../../stream/path-estimate.ts";
import type { StreamOutput } from "./stream-output.ts";

/** A REMB older than this tells nothing. */
const REMB_LIFETIME_MS = 3000;
/** Of what a receiver believes, so much is taken. */
const REMB_SHARE = 0.85;
/** Newest packets that a probe repeats. */
const PROBE_PACKETS = 64;
/** Mean size of what is repeated, with room for the rest. */
const PROBE_PACKET_BITS = 1000 * 8;
/** Who was moved to stream2 and is not back by then has no say in the main stream's bitrate any more. */
const RETURN_MS = 20_000;

/** What was negotiated with a viewer, and the way to send packets again. */
export interface ViewerAbilities {
  /** Transport-wide feedback. */
  readonly hasFeedback: boolean;
  /** RTX. */
  readonly canRepeat: boolean;
  /** Sends packets with these numbers again. */
  readonly repeat: (sequences: Uint16Array) => void;
}

/** Loss and queue of one viewer's path out of its feedback or its connection's backlog, and the advice that follows. */
export class ViewerAdaptation {
  readonly #egress: SecureEgress;
  readonly #viewerId: number;
  readonly #abilities: ViewerAbilities;
  readonly #adaptation = new Adaptation();
  #estimate = new PathEstimate();
  #connection: StreamOutput | undefined;
  #progress = new ConnectionProgress();
  /** From the first question for it on. */
  #budget: PathBudget | undefined;
  readonly #sent = new Float64Array(MAX_FEEDBACK_PACKETS * 2);
  readonly #sequences = new Uint16Array(PROBE_PACKETS);
  #remb: { readonly kbps: number; readonly atMs: number } | undefined;
  #fractionLost = 0;
  #heardMs: number;
  #lastAdviceMs: number;
  #wentDownMs: number | undefined;
  #isMainArriving = false;

  constructor(egress: SecureEgress, viewerId: number, abilities: ViewerAbilities, nowMs: number) {
    this.#egress = egress;
    this.#viewerId = viewerId;
    this.#abilities = abilities;
    this.#heardMs = nowMs;
    this.#lastAdviceMs = nowMs;
  }

  /** Another way has other delays. `connection`: undefined for datagrams. Of one to a relay only feedback tells how the path goes on behind it. */
  wayChanged(connection: StreamOutput | undefined): void {
    this.#connection = connection?.viewer === undefined ? undefined : connection;
    this.#estimate = new PathEstimate();
    this.#progress = new ConnectionProgress();
  }

  /** Takes what the viewer said. */
  note({ transport, remb, report }: ReceiverFeedback, nowMs: number): void {
    this.#heardMs = nowMs;
    if (remb !== undefined) this.#remb = { kbps: remb / 1000, atMs: nowMs };
    if (report !== undefined) this.#fractionLost = report.fractionLost;
    // a connection tells by itself, also while nothing gets through
    if (this.#connection !== undefined) return;
    for (const { firstSequence, arrivalsUs } of transport) {
      this.#egress.sent(this.#viewerId, firstSequence, arrivalsUs.length, this.#sent);
      this.#estimate.note(this.#sent, arrivalsUs, nowMs);
    }
  }

  /** For people: loss (0–1), queue and rate of the path as of now. */
  read(nowMs: number): { readonly lossRatio: number; readonly queueDelayMs: number; readonly receivedKbps: number } {
    const { receivedKbps } = this.#estimate;
    return { lossRatio: this.#lossRatio(), queueDelayMs: this.#estimate.queueDelayMs(nowMs), receivedKbps };
  }

  /** Looks at the path; to be called about every 50 ms while it is sent to. `isOnMain`: it gets the main stream. */
  observe(nowMs: number, isOnMain: boolean): void {
    const connection = this.#connection;
    if (connection !== undefined)
      this.#progress.note(this.#estimate, connection.acceptedBytes, connection.outstandingBytes, nowMs);
    const path = this.read(nowMs);
    // what drains after it left arrives as fast as the path carries it
    this.#isMainArriving = isOnMain || (this.#isMainArriving && path.queueDelayMs >= CONGESTED_QUEUE_MS);
    if (this.#isMainArriving) this.#budget?.note({ nowMs, carriedKbps: this.#estimate.carriedKbps(nowMs), ...path });
  }

  /** What the path carries of the main stream, kbit/s: `initialKbps` before anything is known. "unknown": it cannot be; "none": the viewer was moved to stream2 and does not come back soon. */
  budgetKbps(initialKbps: number, nowMs: number): number | "unknown" | "none" {
    if (!this.#adaptation.isUp && nowMs - (this.#wentDownMs ?? nowMs) >= RETURN_MS) return "none";
    if (this.#abilities.hasFeedback || this.#connection !== undefined) {
      this.#budget ??= new PathBudget(initialKbps);
      return this.#budget.kbps;
    }
    const remb = this.#freshRembKbps(nowMs);
    return remb === undefined ? "unknown" : remb * REMB_SHARE;
  }

  /** Whether the viewer should have the main stream. Sends what a probe needs on the way. To be asked after each `observe`. */
  wantsMain({ nowMs, mainKbps, subKbps }: Pick<PathState, "nowMs" | "mainKbps" | "subKbps">): boolean {
    const { hasFeedback, canRepeat } = this.#abilities;
    const hasConnection = this.#connection !== undefined;
    const elapsedMs = nowMs - this.#lastAdviceMs;
    this.#lastAdviceMs = nowMs;
    // after a pause the silence is ours
    if (elapsedMs > 1000) this.#heardMs = nowMs;
    const advice = this.#adaptation.advise({
      nowMs,
      mainKbps,
      subKbps,
      canProbe: canRepeat && (hasFeedback || hasConnection),
      lossRatio: this.#lossRatio(),
      queueDelayMs: this.#estimate.queueDelayMs(nowMs),
      // receiver reports alone come every few seconds
      feedbackAgeMs: hasFeedback && !hasConnection ? nowMs - this.#heardMs : 0,
      // where both come, the finer one counts
      carriesKbps: hasFeedback || hasConnection ? undefined : this.#freshRembKbps(nowMs),
    });
    if (advice.kind === "probe") this.#repeat((advice.totalKbps - subKbps) * elapsedMs);
    else if (advice.kind === "up") this.#budget?.raise(mainKbps);
    else if (advice.kind === "down") this.#wentDownMs = nowMs;
    return this.#adaptation.isUp;
  }

  #lossRatio(): number {
    if (this.#connection !== undefined) return 0;
    return this.#abilities.hasFeedback ? this.#estimate.lossRatio : this.#fractionLost;
  }

  #freshRembKbps(nowMs: number): number | undefined {
    const remb = this.#remb;
    return remb !== undefined && nowMs - remb.atMs < REMB_LIFETIME_MS ? remb.kbps : undefined;
  }

  /** Sends about so many bits of the newest packets again. */
  #repeat(bits: number): void {
    const count = Math.min(PROBE_PACKETS, Math.max(0, Math.round(bits / PROBE_PACKET_BITS)));
    const { nextSequence } = this.#egress.stats(this.#viewerId);
    for (let index = 0; index < count; index += 1) this.#sequences[index] = nextSequence - 1 - index;
    this.#abilities.repeat(this.#sequences.subarray(0, count));
  }
}
