/** RTCP packets as RFC 3550 §6 defines them: what a sender of one stream writes, and what it reads from receivers. */

const PACKET_TYPE_SENDER_REPORT = 200;
const PACKET_TYPE_RECEIVER_REPORT = 201;
const PACKET_TYPE_SOURCE_DESCRIPTION = 202;
/** RFC 3550 §12.1. */
export const PACKET_TYPE_BYE = 203;
const SDES_CNAME = 1;
const SENDER_REPORT_BYTES = 28;
const REPORT_BLOCK_BYTES = 24;
/** Seconds between 1900 (NTP) and 1970 (Unix). */
const NTP_UNIX_OFFSET_S = 2_208_988_800;

/** What a sender report says: RFC 3550 §6.4.1. */
export interface SenderReport {
  readonly ssrc: number;
  /** Wall clock at sending, Unix milliseconds with fraction. */
  readonly wallMs: number;
  /** The media clock at that instant, 90 kHz, 32 bits. */
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  /** Of RTP payload, without headers. */
  readonly octetCount: number;
  readonly cname: string;
}

/** A compound SR + SDES CNAME (RFC 3550 §6.1, §6.4.1, §6.5.1). */
export function formatSenderReport(report: SenderReport): Buffer {
  const sdes = sourceDescription(report.ssrc, report.cname);
  const bytes = Buffer.alloc(SENDER_REPORT_BYTES + sdes.length);
  writeHeader(bytes, 0, 0, PACKET_TYPE_SENDER_REPORT, SENDER_REPORT_BYTES);
  bytes.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.wallMs / 1000);
  const fraction = Math.min(Math.floor(((report.wallMs - seconds * 1000) / 1000) * 2 ** 32), 2 ** 32 - 1);
  bytes.writeUInt32BE((seconds + NTP_UNIX_OFFSET_S) % 2 ** 32, 8);
  bytes.writeUInt32BE(fraction, 12);
  bytes.writeUInt32BE(report.rtpTimestamp, 16);
  bytes.writeUInt32BE(report.packetCount % 2 ** 32, 20);
  bytes.writeUInt32BE(report.octetCount % 2 ** 32, 24);
  bytes.set(sdes, SENDER_REPORT_BYTES);
  return bytes;
}

/** A compound empty RR + SDES + BYE (RFC 3550 §6.1 wants a report first; §6.6). */
export function formatBye(ssrc: number, cname: string): Buffer {
  const report = Buffer.alloc(8);
  writeHeader(report, 0, 0, PACKET_TYPE_RECEIVER_REPORT, 8);
  report.writeUInt32BE(ssrc, 4);
  const bye = Buffer.alloc(8);
  writeHeader(bye, 0, 1, PACKET_TYPE_BYE, 8);
  bye.writeUInt32BE(ssrc, 4);
  return Buffer.concat([report, sourceDescription(ssrc, cname), bye]);
}

/** What a receiver says of our stream: RFC 3550 §6.4.2. */
export interface ReceptionReport {
  /** Of the packets since the last report, 0–1. */
  readonly fractionLost: number;
  /** Interarrival jitter, RTP ticks. */
  readonly jitter: number;
  readonly highestSequence: number;
  /** Middle 32 bits of the NTP time of our newest report that it got; 0: none yet. */
  readonly lastReport: number;
  /** How long ago it got that, 1/65536 s. */
  readonly sinceLastReport: number;
}

/** One packet of a compound. `start` is its header, `end` one past its last byte, padding included. */
export interface RtcpPacket {
  readonly type: number;
  /** The five bits that are a count or a format. */
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** What matters in a compound packet from a receiver (RFC 3550 §6). */
export interface ReceivedRtcp {
  /** The receiver leaves. */
  readonly bye: boolean;
  readonly report: ReceptionReport | undefined;
}

/** Splits a compound (RFC 3550 §6.1); undefined when it is malformed. */
export function splitRtcp(view: DataView): readonly RtcpPacket[] | undefined {
  const packets: RtcpPacket[] = [];
  for (let start = 0; start < view.byteLength; ) {
    if (start + 4 > view.byteLength || view.getUint8(start) >>> 6 !== 2) return undefined;
    const end = start + (view.getUint16(start + 2) + 1) * 4;
    if (end > view.byteLength) return undefined;
    packets.push({ type: view.getUint8(start + 1), count: view.getUint8(start) & 31, start, end });
    start = end;
  }
  return packets;
}

/** Reads a compound RTCP packet from a receiver of `ssrc`; undefined when it is malformed. Unknown packet types are passed over. */
export function parseRtcp(bytes: Uint8Array, ssrc: number): ReceivedRtcp | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets = splitRtcp(view);
  if (packets === undefined) return undefined;
  let report: ReceptionReport | undefined;
  for (const packet of packets) report = reportOf(view, packet, ssrc) ?? report;
  return { bye: packets.some(({ type }) => type === PACKET_TYPE_BYE), report };
}

/** What an SR or RR says about `ssrc`; undefined when nothing, or when the packet is of another type. */
export function reportOf(view: DataView, packet: RtcpPacket, ssrc: number): ReceptionReport | undefined {
  const { type, start, end, count } = packet;
  if (type !== PACKET_TYPE_RECEIVER_REPORT && type !== PACKET_TYPE_SENDER_REPORT) return undefined;
  const first = start + (type === PACKET_TYPE_SENDER_REPORT ? SENDER_REPORT_BYTES : 8);
  return findReportBlock(view, first, end, count, ssrc);
}

/** Middle 32 bits of an NTP time, as report blocks name a sender report (RFC 3550 §6.4.1). */
export function compactNtp(wallMs: number): number {
  return Math.floor((wallMs / 1000 + NTP_UNIX_OFFSET_S) * 65_536) % 2 ** 32;
}

function findReportBlock(
  view: DataView,
  first: number,
  end: number,
  count: number,
  ssrc: number,
): ReceptionReport | undefined {
  for (let index = 0, at = first; index < count && at + REPORT_BLOCK_BYTES <= end; index++, at += REPORT_BLOCK_BYTES) {
    if (view.getUint32(at) !== ssrc) continue;
    return {
      fractionLost: view.getUint8(at + 4) / 256,
      highestSequence: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastReport: view.getUint32(at + 16),
      sinceLastReport: view.getUint32(at + 20),
    };
  }
  return undefined;
}

function sourceDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname, "utf8").subarray(0, 255);
  // chunk: SSRC, CNAME item, at least one zero octet, padded to 32 bits
  const size = 4 + Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
  const bytes = Buffer.alloc(size);
  writeHeader(bytes, 0, 1, PACKET_TYPE_SOURCE_DESCRIPTION, size);
  bytes.writeUInt32BE(ssrc, 4);
  bytes[8] = SDES_CNAME;
  bytes[9] = name.length;
  bytes.set(name, 10);
  return bytes;
}

function writeHeader(bytes: Buffer, at: number, count: number, type: number, size: number): void {
  bytes[at] = 0x80 | count;
  bytes[at + 1] = type;
  bytes.writeUInt16BE(size / 4 - 1, at + 2);
}
