/** Checks of one viewer's RTP and RTCP, cheap enough for a hundred viewers in one process: no decoding, no allocation a packet. */

const CLOCK_HZ = 90_000;
const RTP_HEADER_BYTES = 12;
const TYPE_IDR = 5;
const TYPE_SPS = 7;
const TYPE_PPS = 8;
const TYPE_STAP_A = 24;
const TYPE_FU_A = 28;
const RTCP_SENDER_REPORT = 200;
const RTCP_RECEIVER_REPORT = 201;
const RTCP_SOURCE_DESCRIPTION = 202;
const RTCP_BYE = 203;
/** Missing sequence numbers that are remembered, to tell late packets from doubled ones. */
const MAX_MISSING = 4096;

/** What the RTP-Info header promised of the first packet. */
export interface PromisedStart {
  readonly sequence: number;
  readonly timestamp: number;
}

export interface RtpCounts {
  packets: number;
  bytes: number;
  /** Gaps in the sequence that no late packet filled. */
  lost: number;
  reordered: number;
  duplicates: number;
  /** Access units that ended with a marker. */
  frames: number;
  senderReports: number;
  byes: number;
}

export class RtpCheck {
  readonly counts: RtpCounts = {
    packets: 0,
    bytes: 0,
    lost: 0,
    reordered: 0,
    duplicates: 0,
    frames: 0,
    senderReports: 0,
    byes: 0,
  };
  /** What was wrong, each kind once. */
  readonly problems = new Set<string>();
  first: PromisedStart | undefined;
  ssrc = 0;
  /** Extended by wrap-arounds, for receiver reports. */
  highestSequence = 0;
  firstFrameMs = 0;
  lastFrameMs = 0;
  worstGapMs = 0;
  /** RFC 3550 §6.4.1, of whole frames, milliseconds. */
  jitterMs = 0;
  /** Middle 32 bits of the last sender report's NTP time, and when it came. */
  lastReport = { compactNtp: 0, arrivalMs: 0 };
  readonly #payloadType: number;
  readonly #missing = new Set<number>();
  readonly #startTypes: number[] = [];
  #sequence = 0;
  #timestamp = 0;
  #frameOpen = false;
  #inFragments = false;
  #transit = 0;
  #leastTransit = Number.POSITIVE_INFINITY;
  #mostTransit = Number.NEGATIVE_INFINITY;

  constructor(payloadType: number) {
    this.#payloadType = payloadType;
  }

  /** How much later, against its timestamp, the latest frame was than the earliest one, milliseconds. */
  get latenessMs(): number {
    return this.counts.frames === 0 ? 0 : this.#mostTransit - this.#leastTransit;
  }

  get framesPerSecond(): number {
    const spanMs = this.lastFrameMs - this.firstFrameMs;
    return spanMs > 0 ? ((this.counts.frames - 1) * 1000) / spanMs : 0;
  }

  /** Takes the RTP packet `bytes[start, end)` that came at `nowMs`. */
  receive(bytes: Buffer, start: number, end: number, nowMs: number): void {
    if (end - start <= RTP_HEADER_BYTES || ((bytes[start] ?? 0) & 0xdf) !== 0x80) {
      this.problems.add("a packet is no plain RTP packet");
      return;
    }
    const second = bytes[start + 1] ?? 0;
    const sequence = bytes.readUInt16BE(start + 2);
    const timestamp = bytes.readUInt32BE(start + 4);
    const ssrc = bytes.readUInt32BE(start + 8);
    if ((second & 0x7f) !== this.#payloadType) this.problems.add(`payload type ${second & 0x7f} was not announced`);
    this.counts.packets += 1;
    this.counts.bytes += end - start;
    if (this.first === undefined) {
      this.first = { sequence, timestamp };
      this.ssrc = ssrc;
      this.highestSequence = sequence;
    } else if (!this.#follow(sequence)) {
      return;
    }
    if (ssrc !== this.ssrc) this.problems.add("the SSRC changed");
    this.#sequence = sequence;
    this.#readPayload(bytes, start + RTP_HEADER_BYTES, end);
    if (this.#frameOpen && timestamp !== this.#timestamp) this.problems.add("a frame ended without a marker");
    this.#timestamp = timestamp;
    this.#frameOpen = (second & 0x80) === 0;
    if (!this.#frameOpen) this.#endFrame(timestamp, nowMs);
  }

  /** Takes a compound RTCP packet (RFC 3550 §6.1). */
  receiveReport(bytes: Buffer, start: number, end: number, nowMs: number): void {
    let at = start;
    // A sender that has nothing to report any more opens its BYE with an empty receiver report.
    const opening = bytes[start + 1] ?? 0;
    let hasName = false;
    while (at + 4 <= end) {
      const type = bytes[at + 1] ?? 0;
      const next = at + (bytes.readUInt16BE(at + 2) + 1) * 4;
      if (next > end || (bytes[at] ?? 0) >>> 6 !== 2) break;
      if (type === RTCP_SENDER_REPORT && next - at >= 28) this.#takeSenderReport(bytes, at, nowMs);
      if (type === RTCP_SOURCE_DESCRIPTION) hasName = true;
      if (type === RTCP_BYE) this.counts.byes += 1;
      at = next;
    }
    if (at !== end) this.problems.add("an RTCP packet is malformed");
    const reports = opening === RTCP_SENDER_REPORT || opening === RTCP_RECEIVER_REPORT;
    if (!hasName || !reports) this.problems.add("an RTCP packet lacks its report or SDES");
  }

  /** Adds what can only be said at the end. */
  conclude(promised: PromisedStart | undefined): void {
    const { first } = this;
    if (first === undefined) {
      this.problems.add("no RTP came");
      return;
    }
    if (promised === undefined) this.problems.add("PLAY was answered without RTP-Info");
    else if (promised.sequence !== first.sequence) this.problems.add("the first sequence number is not RTP-Info's");
    else if (promised.timestamp !== first.timestamp) this.problems.add("the first timestamp is not RTP-Info's");
    if (this.counts.senderReports === 0) this.problems.add("no sender report came");
    if (this.counts.lost > 0) this.problems.add("packets were lost");
    if (this.counts.reordered > 0) this.problems.add("packets came out of order");
    if (this.counts.duplicates > 0) this.problems.add("packets came twice");
  }

  /** Counts what `sequence` says of loss and order; false: a packet from before. */
  #follow(sequence: number): boolean {
    const ahead = (sequence - this.#sequence) & 0xffff;
    if (ahead > 0 && ahead < 0x8000) {
      this.highestSequence += ahead;
      this.counts.lost += ahead - 1;
      if (ahead > 1) this.#inFragments = false;
      for (let missed = 1; missed < ahead && this.#missing.size < MAX_MISSING; missed++) {
        this.#missing.add((this.#sequence + missed) & 0xffff);
      }
      return true;
    }
    if (this.#missing.delete(sequence)) {
      this.counts.lost -= 1;
      this.counts.reordered += 1;
    } else {
      this.counts.duplicates += 1;
    }
    return false;
  }

  /** Follows the fragments (RFC 6184 §5.8) and, in the first frame, notes the NAL unit types. */
  #readPayload(bytes: Buffer, at: number, end: number): void {
    const type = (bytes[at] ?? 0) & 0x1f;
    if (type === TYPE_FU_A) {
      const header = bytes[at + 1] ?? 0;
      const begins = (header & 0x80) !== 0;
      if (begins === this.#inFragments && this.counts.lost === 0) this.problems.add("fragments do not join");
      this.#inFragments = (header & 0x40) === 0;
      if (begins) this.#noteType(header & 0x1f);
      return;
    }
    if (this.#inFragments && this.counts.lost === 0) this.problems.add("a NAL unit stands among fragments");
    this.#inFragments = false;
    if (type !== TYPE_STAP_A) {
      this.#noteType(type);
      return;
    }
    let unit = at + 1;
    while (unit + 2 < end) {
      this.#noteType((bytes[unit + 2] ?? 0) & 0x1f);
      unit += 2 + bytes.readUInt16BE(unit);
    }
    if (unit !== end) this.problems.add("an aggregation packet is malformed");
  }

  #noteType(type: number): void {
    if (this.counts.frames === 0) this.#startTypes.push(type);
  }

  #endFrame(timestamp: number, nowMs: number): void {
    const transit = nowMs - this.#elapsedMs(timestamp);
    this.#leastTransit = Math.min(this.#leastTransit, transit);
    this.#mostTransit = Math.max(this.#mostTransit, transit);
    if (this.counts.frames === 0) {
      this.firstFrameMs = nowMs;
      this.#checkStart();
    } else {
      this.worstGapMs = Math.max(this.worstGapMs, nowMs - this.lastFrameMs);
      this.jitterMs += (Math.abs(transit - this.#transit) - this.jitterMs) / 16;
    }
    this.#transit = transit;
    this.lastFrameMs = nowMs;
    this.counts.frames += 1;
  }

  #elapsedMs(timestamp: number): number {
    return (((timestamp - (this.first?.timestamp ?? 0)) | 0) * 1000) / CLOCK_HZ;
  }

  #checkStart(): void {
    const order = [TYPE_SPS, TYPE_PPS, TYPE_IDR].map((type) => this.#startTypes.indexOf(type));
    const [sps = -1, pps = -1, idr = -1] = order;
    if (sps < 0 || pps < sps || idr < pps)
      this.problems.add(`the first frame has NAL units ${this.#startTypes.join(" ")}`);
  }

  #takeSenderReport(bytes: Buffer, at: number, nowMs: number): void {
    this.counts.senderReports += 1;
    this.lastReport = { compactNtp: bytes.readUInt32BE(at + 10), arrivalMs: nowMs };
    if (this.first === undefined) return; // UDP: it may overtake the first packet
    if (bytes.readUInt32BE(at + 4) !== this.ssrc) this.problems.add("a sender report is of another SSRC");
    const aheadMs = (((bytes.readUInt32BE(at + 16) - this.#timestamp) | 0) * 1000) / CLOCK_HZ;
    if (Math.abs(aheadMs) > 2000) this.problems.add("a sender report's RTP time is far from the stream's");
  }
}
