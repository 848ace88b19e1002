import { PACKET_TYPE_BYE, type ReceptionReport, type RtcpPacket, reportOf, splitRtcp } from "./rtcp.ts";
import { parseTransportFeedback, type TransportFeedback } from "./transport-feedback.ts";

const PACKET_TYPE_TRANSPORT_FEEDBACK = 205;
const PACKET_TYPE_PAYLOAD_FEEDBACK = 206;
/** RFC 4585 §6.2.1. */
const FORMAT_NACK = 1;
/** draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1. */
const FORMAT_TRANSPORT_WIDE = 15;
/** RFC 4585 §6.3.1. */
const FORMAT_PLI = 1;
/** RFC 5104 §4.3.1. */
const FORMAT_FIR = 4;
/** draft-alvestrand-rmcat-remb-03 §2.2. */
const FORMAT_APPLICATION = 15;
const REMB = 0x52454d42;
const FEEDBACK_HEADER_BYTES = 12;
/** More than one datagram can name (17 for each 4 bytes of 1200) would be nonsense. */
export const MAX_NACKED = 4096;
/** A datagram holds one or two. */
const MAX_TRANSPORT_FEEDBACKS = 4;

/** What a compound packet of a WebRTC receiver says about one of our streams. */
export interface ReceiverFeedback {
  /** The receiver leaves. */
  readonly bye: boolean;
  readonly report: ReceptionReport | undefined;
  /** It cannot decode on without a keyframe (PLI or FIR). */
  readonly wantsKeyframe: boolean;
  /** Sequence numbers that it misses, in the order named. */
  readonly nacked: Uint16Array;
  /** What it believes that the path can carry (REMB). */
  readonly remb: number | undefined;
  readonly transport: readonly TransportFeedback[];
}

/** Reads a decrypted compound packet about `ssrc` (RFC 3550, 4585, 5104); undefined when it is malformed. Unknown packets are passed over. */
export function parseReceiverFeedback(bytes: Uint8Array, ssrc: number): ReceiverFeedback | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets = splitRtcp(view);
  if (packets === undefined) return undefined;
  let report: ReceptionReport | undefined;
  let remb: number | undefined;
  const nacked = new Uint16Array(MAX_NACKED);
  let nackedCount = 0;
  const transport: TransportFeedback[] = [];
  for (const packet of packets) {
    report = reportOf(view, packet, ssrc) ?? report;
    remb = rembOf(view, packet, ssrc) ?? remb;
    nackedCount = readNack(view, packet, ssrc, nacked, nackedCount);
    if (isFeedback(packet, PACKET_TYPE_TRANSPORT_FEEDBACK, FORMAT_TRANSPORT_WIDE)) {
      const feedback = parseTransportFeedback(view, packet.start, packet.end);
      if (feedback !== undefined && transport.length < MAX_TRANSPORT_FEEDBACKS) transport.push(feedback);
    }
  }
  return {
    bye: packets.some(({ type }) => type === PACKET_TYPE_BYE),
    report,
    wantsKeyframe: packets.some((packet) => wantsKeyframe(view, packet, ssrc)),
    nacked: nacked.subarray(0, nackedCount),
    remb,
    transport,
  };
}

function isFeedback({ type, count, start, end }: RtcpPacket, wanted: number, format: number): boolean {
  return type === wanted && count === format && start + FEEDBACK_HEADER_BYTES <= end;
}

function wantsKeyframe(view: DataView, packet: RtcpPacket, ssrc: number): boolean {
  if (isFeedback(packet, PACKET_TYPE_PAYLOAD_FEEDBACK, FORMAT_PLI)) return view.getUint32(packet.start + 8) === ssrc;
  if (!isFeedback(packet, PACKET_TYPE_PAYLOAD_FEEDBACK, FORMAT_FIR)) return false;
  // the sources stand in the entries
  for (let at = packet.start + FEEDBACK_HEADER_BYTES; at + 8 <= packet.end; at += 8)
    if (view.getUint32(at) === ssrc) return true;
  return false;
}

function readNack(view: DataView, packet: RtcpPacket, ssrc: number, into: Uint16Array, filled: number): number {
  if (!isFeedback(packet, PACKET_TYPE_TRANSPORT_FEEDBACK, FORMAT_NACK)) return filled;
  if (view.getUint32(packet.start + 8) !== ssrc) return filled;
  let count = filled;
  for (let at = packet.start + FEEDBACK_HEADER_BYTES; at + 4 <= packet.end; at += 4) {
    const first = view.getUint16(at);
    const others = view.getUint16(at + 2);
    for (let offset = 0; offset <= 16 && count < into.length; offset += 1)
      if (offset === 0 || (others >>> (offset - 1)) & 1) into[count++] = first + offset;
  }
  return count;
}

/** Bits per second. */
function rembOf(view: DataView, packet: RtcpPacket, ssrc: number): number | undefined {
  if (!isFeedback(packet, PACKET_TYPE_PAYLOAD_FEEDBACK, FORMAT_APPLICATION)) return undefined;
  const { start, end } = packet;
  if (start + 20 > end || view.getUint32(start + 12) !== REMB) return undefined;
  const sources = view.getUint8(start + 16);
  for (let index = 0, at = start + 20; index < sources && at + 4 <= end; index += 1, at += 4) {
    if (view.getUint32(at) !== ssrc) continue;
    const exponent = view.getUint8(start + 17) >>> 2;
    const mantissa = ((view.getUint8(start + 17) & 3) << 16) | view.getUint16(start + 18);
    return mantissa * 2 ** exponent;
  }
  return undefined;
}
