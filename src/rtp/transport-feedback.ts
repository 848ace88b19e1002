/** Header of a feedback packet: RTCP header, both SSRCs, then base, count, reference time and number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). */
const HEADER_BYTES = 20;
/** As many packets as the egress remembers; a browser reports every 50–250 ms, which is a few hundred. */
export const MAX_FEEDBACK_PACKETS = 1024;
const REFERENCE_UNIT_US = 64_000;
const DELTA_UNIT_US = 250;

/** Which packets arrived, and when by the receiver's clock. */
export interface TransportFeedback {
  /** Transport-wide sequence number of the first packet. */
  readonly firstSequence: number;
  /** Arrival of each packet from the first on, microseconds of the receiver's clock; NaN: not arrived. */
  readonly arrivalsUs: Float64Array;
}

/** Reads the feedback packet between `start` and `end`; undefined when it is malformed or too large. */
export function parseTransportFeedback(view: DataView, start: number, end: number): TransportFeedback | undefined {
  if (start + HEADER_BYTES > end) return undefined;
  const count = view.getUint16(start + 14);
  if (count === 0 || count > MAX_FEEDBACK_PACKETS) return undefined;
  const statuses = new Uint8Array(count);
  let at = readStatuses(view, start + HEADER_BYTES, end, statuses);
  if (at === undefined) return undefined;
  // 24 bits, signed
  let timeUs = (view.getInt32(start + 16) >> 8) * REFERENCE_UNIT_US;
  const arrivalsUs = new Float64Array(count).fill(Number.NaN);
  for (const [index, status] of statuses.entries()) {
    if (status === 0 || status === 3) continue;
    if (at + status > end) return undefined;
    timeUs += DELTA_UNIT_US * (status === 1 ? view.getUint8(at) : view.getInt16(at));
    at += status;
    arrivalsUs[index] = timeUs;
  }
  return { firstSequence: view.getUint16(start + 12), arrivalsUs };
}

/** Fills `statuses` (0: not received, 1 and 2: received with a delta of as many bytes) from chunks; returns where they end. */
function readStatuses(view: DataView, from: number, end: number, statuses: Uint8Array): number | undefined {
  let at = from;
  for (let filled = 0; filled < statuses.length; at += 2) {
    if (at + 2 > end) return undefined;
    const chunk = view.getUint16(at);
    if (chunk >>> 15 === 0) {
      const length = chunk & 0x1fff;
      if (length === 0) return undefined;
      statuses.fill((chunk >>> 13) & 3, filled, filled + length);
      filled += length;
    } else {
      const isTwoBit = (chunk & 0x4000) !== 0;
      for (let shift = isTwoBit ? 12 : 13; shift >= 0 && filled < statuses.length; shift -= isTwoBit ? 2 : 1)
        statuses[filled++] = (chunk >>> shift) & (isTwoBit ? 3 : 1);
    }
  }
  return at;
}
