import { SECURE_LIMITS, type SrtpProfile } from "bun-ffi-v4l2";
import { rtpTimestamp } from "../../rtp/media-clock.ts";
import type { PacketBlock } from "../../rtp/packet-block.ts";
import { parseReceiverFeedback, type ReceiverFeedback } from "../../rtp/receiver-feedback.ts";
import { compactNtp, formatBye, formatSenderReport } from "../../rtp/rtcp.ts";
import type { SecureViewerSeat } from "../../stream/secure-viewers.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import type { DtlsKeys } from "./dtls.ts";
import type { MediaContext, MediaReading, MediaTerms, MediaWay } from "./media-terms.ts";
import type { StreamOutput } from "./stream-output.ts";
import { ViewerAdaptation } from "./viewer-adaptation.ts";

/** Sequence numbers repeated in one call; a receiver that misses more needs a keyframe. */
const MAX_REPEATED = 512;

/** Longer than the egress remembers packets, and much less than numbers take to come round. */
const GIVEN_UP_MS = 2000;

/** A queue that takes longer to drain is not waited for. */
const MAX_DRAIN_MS = 350;

/** One viewer's share of the streams, from the keys on: its packets, what it says of them, and where they go. */
export class SessionMedia implements SecureViewerSeat {
  readonly viewerId: number;
  readonly timestampOrigin: number;
  readonly #context: MediaContext;
  readonly #terms: MediaTerms;
  readonly #profile: SrtpProfile;
  readonly #rtcp = new Uint8Array(SECURE_LIMITS.rtcpBytes + SECURE_LIMITS.rtcpOverheadBytes);
  #frames = new Uint8Array(64 * SECURE_LIMITS.framedPacketBytes);
  #connection: StreamOutput | undefined;
  /** Gets its frames; undefined while paused or waiting for a first one. */
  #playing: VideoStream | undefined;
  /** To start in at its next keyframe. */
  #joined: VideoStream | undefined;
  #stream: VideoStream;
  /** Numbers of a stream that was given up are not sent again. */
  #givenUp = { before: 0, atMs: Number.NEGATIVE_INFINITY };
  /** When to begin with the stream that takes the place of one that was given up. */
  #resumeMs: number | undefined;
  #newest: ReceiverFeedback["report"];
  #rttMs: number | undefined;
  readonly #adaptation: ViewerAdaptation;

  constructor(context: MediaContext, terms: MediaTerms, keys: DtlsKeys, stream: VideoStream) {
    this.#context = context;
    this.#terms = terms;
    this.#profile = keys.profile;
    this.#stream = stream;
    this.timestampOrigin = context.randomUint32();
    const { format, extensions, mid, ssrc, rtxSsrc } = terms;
    const firstSequence = () => context.randomUint32() & 0x7fff;
    const [absSendTimeId, transportSequenceId, midId] = (["absoluteSendTime", "transportSequence", "mid"] as const).map(
      (name) => extensions.get(name),
    );
    this.viewerId = context.egress.add({
      profile: keys.profile,
      stream: 0,
      timestampOffset: 0,
      ssrc,
      payloadType: format.payloadType,
      firstSequence: firstSequence(),
      ...(format.rtxPayloadType === undefined
        ? {}
        : { rtx: { ssrc: rtxSsrc, payloadType: format.rtxPayloadType, firstSequence: firstSequence() } }),
      extensions: {
        ...(absSendTimeId === undefined ? {} : { absSendTimeId }),
        ...(transportSequenceId === undefined ? {} : { transportSequenceId }),
        ...(midId === undefined ? {} : { mid: { id: midId, value: mid } }),
      },
      localKeys: keys.local,
      remoteKeys: keys.remote,
    });
    const abilities = {
      hasFeedback: transportSequenceId !== undefined,
      canRepeat: format.rtxPayloadType !== undefined,
      repeat: (sequences: Uint16Array) => this.#repeat(sequences),
    };
    this.#adaptation = new ViewerAdaptation(context.egress, this.viewerId, abilities, this.#nowMs());
  }

  /** The stream that it has or waits for. */
  get stream(): VideoStream {
    return this.#stream;
  }

  get take(): SecureViewerSeat["take"] {
    return this.#connection === undefined ? undefined : this.#takeFramed;
  }

  /** Sends the way that was selected from now on, and starts where it does not play. */
  setWay(way: MediaWay): void {
    const { egress } = this.#context;
    this.#connection?.drained.delete(this.#resume);
    this.#connection = way.connection;
    this.#adaptation.wayChanged(way.connection);
    egress.setDestination(this.viewerId, way.destination);
    egress.setChannel(this.viewerId, way.channel ?? 0);
    way.connection?.drained.add(this.#resume);
    this.#playing?.secureViewers.wayChanged(this);
    if (this.#joined === undefined) this.#join(this.#stream, "now");
  }

  /** Sends nothing until the next `setWay`. */
  pause(): void {
    this.#leaveAll();
  }

  /** Goes over to another stream at its next keyframe. */
  moveTo(stream: VideoStream): void {
    if (stream === this.#stream) return;
    this.#stream = stream;
    if (this.#joined === undefined) return;
    // what it waits for is given up, what it plays goes on until the other begins
    if (this.#joined !== this.#playing) this.#joined.secureViewers.leave(this);
    if (stream === this.#playing) this.#joined = stream;
    else this.#join(stream, "keyframe");
  }

  onStart(): void {
    if (this.#playing !== undefined && this.#playing !== this.#joined) this.#playing.secureViewers.leave(this);
    const isFirst = this.#playing === undefined;
    this.#playing = this.#joined;
    if (isFirst) this.sendReport();
  }

  /** Takes a packet of the viewer: SRTCP, or something to be ignored. Returns whether the viewer says good-bye. */
  receive(bytes: Uint8Array): boolean {
    if (bytes.length > this.#rtcp.length) return false;
    const { egress } = this.#context;
    const length = egress.unprotectRtcp(this.viewerId, bytes, this.#rtcp);
    if (length === 0) return false;
    const feedback = parseReceiverFeedback(this.#rtcp.subarray(0, length), this.#terms.ssrc);
    if (feedback === undefined) return false;
    if (feedback.wantsKeyframe) this.#stream.keyframeRequests.request();
    if (feedback.nacked.length > 0) this.#repeat(feedback.nacked);
    if (feedback.report !== undefined) this.#noteReport(feedback.report);
    this.#adaptation.note(feedback, this.#nowMs());
    return feedback.bye;
  }

  /** Follows the path between two streams: down to `sub` when it cannot carry the main one, up again when it can. `sub` undefined: it only looks. To be called every 50 ms. */
  adapt(main: VideoStream, sub: VideoStream | undefined): void {
    if (this.#joined === undefined && this.#resumeMs === undefined) return;
    const nowMs = this.#nowMs();
    this.#adaptation.observe(nowMs, this.#playing === main);
    if (sub === undefined) return;
    if (this.#resumeMs !== undefined && nowMs >= this.#resumeMs) {
      this.#resumeMs = undefined;
      this.#join(this.#stream, "keyframe");
    }
    if (this.#playing === undefined) return;
    const rates = { mainKbps: main.rate.bitrateKbps, subKbps: sub.rate.bitrateKbps };
    const wantsMain = this.#adaptation.wantsMain({ nowMs, ...rates });
    if (!wantsMain && this.#stream !== sub) this.#giveUp(sub);
    else this.moveTo(wantsMain ? main : sub);
  }

  /** See `ViewerAdaptation.budgetKbps`. */
  budgetKbps(initialKbps: number): number | "unknown" | "none" {
    return this.#adaptation.budgetKbps(initialKbps, this.#nowMs());
  }

  /** Of a picture that is captured now, in this viewer's numbers. */
  rtpTimestampNow(): number {
    return rtpTimestamp(this.timestampOrigin, this.#context.clock.monotonicUs());
  }

  /** A sender report with the time now (RFC 3550 §6.4.1). */
  sendReport(): void {
    const { egress, clock, cname } = this.#context;
    const { packets, octets } = egress.stats(this.viewerId);
    this.#sendRtcp(
      formatSenderReport({
        ssrc: this.#terms.ssrc,
        wallMs: clock.wallMs(),
        rtpTimestamp: this.rtpTimestampNow(),
        packetCount: packets,
        octetCount: octets,
        cname,
      }),
    );
  }

  read(): MediaReading {
    const stats = this.#context.egress.stats(this.viewerId);
    const path = this.#adaptation.read(this.#nowMs());
    return {
      stream: this.#stream.name,
      profile: this.#profile,
      packets: stats.packets,
      bytes: stats.bytes,
      retransmitted: stats.retransmitted,
      lostLocally: stats.lost,
      fractionLost: this.#newest?.fractionLost,
      rttMs: this.#rttMs,
      jitterMs: this.#newest && this.#newest.jitter / 90,
      lossRatio: path.lossRatio,
      queueDelayMs: path.queueDelayMs,
      receivedKbps: path.receivedKbps,
    };
  }

  /** Says good-bye, and gives everything back. Not used afterwards. */
  close(): void {
    this.#leaveAll();
    this.#sendRtcp(formatBye(this.#terms.ssrc, this.#context.cname));
    this.#connection?.drained.delete(this.#resume);
    this.#context.egress.remove(this.viewerId);
  }

  readonly #takeFramed = (block: PacketBlock, first: number, count: number): boolean => {
    const connection = this.#connection;
    if (connection === undefined || !connection.hasRoom) return false;
    const most = count * SECURE_LIMITS.framedPacketBytes;
    if (most > this.#frames.length) this.#frames = new Uint8Array(most);
    const { egress } = this.#context;
    const length = egress.frame(this.viewerId, block.bytes, block.packets, first, count, this.#frames);
    connection.send(this.#frames.subarray(0, length));
    return true;
  };

  readonly #resume = (): void => this.#joined?.secureViewers.resume(this);

  #join(stream: VideoStream, start: "now" | "keyframe"): void {
    this.#joined = stream;
    stream.secureViewers.join(this, start);
  }

  #leaveAll(): void {
    this.#joined?.secureViewers.leave(this);
    this.#playing?.secureViewers.leave(this);
    this.#joined = undefined;
    this.#playing = undefined;
    this.#resumeMs = undefined;
  }

  /** The path is full: sends nothing more of its stream, not even again, until the queue has drained; a keyframe sent into it would be lost. */
  #giveUp(next: VideoStream): void {
    this.#leaveAll();
    this.#stream = next;
    this.#connection?.discardQueued();
    const { queueDelayMs } = this.#adaptation.read(this.#nowMs());
    this.#resumeMs = this.#nowMs() + Math.min(queueDelayMs, MAX_DRAIN_MS);
    this.#givenUp = { before: this.#context.egress.stats(this.viewerId).nextSequence, atMs: this.#nowMs() };
  }

  #repeat(missing: Uint16Array): void {
    const { egress } = this.#context;
    const { before, atMs } = this.#givenUp;
    const isRecent = this.#nowMs() - atMs < GIVEN_UP_MS;
    const sequences = isRecent ? missing.filter((sequence) => ((sequence - before) & 0xffff) < 0x8000) : missing;
    const count = Math.min(sequences.length, MAX_REPEATED);
    if (count === 0) return;
    if (this.#connection === undefined) {
      egress.retransmit(this.viewerId, sequences, count);
      return;
    }
    const length = egress.frameRetransmissions(this.viewerId, sequences, count, this.#frames);
    if (length > 0) this.#connection.send(this.#frames.subarray(0, length));
  }

  #noteReport(report: NonNullable<ReceiverFeedback["report"]>): void {
    this.#newest = report;
    if (report.lastReport === 0) return;
    const now = compactNtp(this.#context.clock.wallMs());
    const elapsed = (now - report.lastReport - report.sinceLastReport + 2 ** 33) % 2 ** 32;
    // negative after a jump of the wall clock
    if (elapsed < 2 ** 31) this.#rttMs = (elapsed / 65_536) * 1000;
  }

  #nowMs(): number {
    return this.#context.clock.monotonicUs() / 1000;
  }

  #sendRtcp(packet: Uint8Array): void {
    const { egress, sendRtcp } = this.#context;
    const length = egress.protectRtcp(this.viewerId, packet, packet.length, this.#rtcp);
    sendRtcp(this.#rtcp.subarray(0, length));
  }
}
