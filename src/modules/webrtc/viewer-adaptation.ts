import type { SecureEgress } from "bun-ffi-v4l2";
import type { ReceiverFeedback } from "../../rtp/receiver-feedback.ts";
import { MAX_FEEDBACK_PACKETS } from "../../rtp/transport-feedback.ts";
import { Adaptation, type PathState } from "../../stream/adaptation.ts";
import { PathEstimate } from "../../stream/path-estimate.ts";

/** A REMB older than this tells nothing. */
const REMB_LIFETIME_MS = 3000;
/** Newest packets that a probe repeats. */
const PROBE_PACKETS = 64;
/** Mean size of what is repeated, with room for the rest. */
const PROBE_PACKET_BITS = 1000 * 8;

/** Loss and queue of one viewer's path out of its feedback, and the advice that follows. */
export class ViewerAdaptation {
  readonly #egress: SecureEgress;
  readonly #viewerId: number;
  readonly #hasFeedback: boolean;
  readonly #adaptation: Adaptation;
  readonly #estimate = new PathEstimate();
  readonly #sent = new Float64Array(MAX_FEEDBACK_PACKETS * 2);
  readonly #sequences = new Uint16Array(PROBE_PACKETS);
  #remb: { readonly kbps: number; readonly atMs: number } | undefined;
  #fractionLost = 0;
  #heardMs: number;
  #lastAdviceMs: number;

  /** `hasFeedback`: transport-wide feedback was negotiated; `canRepeat`: RTX was. */
  constructor(
    egress: SecureEgress,
    viewerId: number,
    { hasFeedback, canRepeat }: { readonly hasFeedback: boolean; readonly canRepeat: boolean },
    nowMs: number,
  ) {
    this.#egress = egress;
    this.#viewerId = viewerId;
    this.#hasFeedback = hasFeedback;
    this.#adaptation = new Adaptation(hasFeedback && canRepeat);
    this.#heardMs = nowMs;
    this.#lastAdviceMs = nowMs;
  }

  /** Takes what the viewer said. */
  note({ transport, remb, report }: ReceiverFeedback, nowMs: number): void {
    this.#heardMs = nowMs;
    if (remb !== undefined) this.#remb = { kbps: remb / 1000, atMs: nowMs };
    if (report !== undefined) this.#fractionLost = report.fractionLost;
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

  /** Whether the viewer should have the main stream. Sends what a probe needs on the way. To be asked about every 50 ms while it is sent to. */
  wantsMain({ nowMs, mainKbps, subKbps }: Pick<PathState, "nowMs" | "mainKbps" | "subKbps">): boolean {
    const elapsedMs = nowMs - this.#lastAdviceMs;
    this.#lastAdviceMs = nowMs;
    // after a pause the silence is ours
    if (elapsedMs > 1000) this.#heardMs = nowMs;
    const isRembFresh = this.#remb !== undefined && nowMs - this.#remb.atMs < REMB_LIFETIME_MS;
    const advice = this.#adaptation.advise({
      nowMs,
      mainKbps,
      subKbps,
      lossRatio: this.#lossRatio(),
      queueDelayMs: this.#estimate.queueDelayMs(nowMs),
      // receiver reports alone come every few seconds
      feedbackAgeMs: this.#hasFeedback ? nowMs - this.#heardMs : 0,
      // where both come, the finer one counts
      carriesKbps: isRembFresh && !this.#hasFeedback ? this.#remb?.kbps : undefined,
    });
    if (advice.kind === "probe") this.#repeat((advice.totalKbps - subKbps) * elapsedMs);
    return this.#adaptation.isUp;
  }

  #lossRatio(): number {
    return this.#hasFeedback ? this.#estimate.lossRatio : this.#fractionLost;
  }

  /** Sends about so many bits of the newest packets again. */
  #repeat(bits: number): void {
    const count = Math.min(PROBE_PACKETS, Math.max(0, Math.round(bits / PROBE_PACKET_BITS)));
    const { nextSequence } = this.#egress.stats(this.#viewerId);
    for (let index = 0; index < count; index += 1) this.#sequences[index] = nextSequence - 1 - index;
    this.#egress.retransmit(this.#viewerId, this.#sequences, count);
  }
}
