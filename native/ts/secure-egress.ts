import type { Pointer } from "bun:ffi";
import { type Destination, describeDestination } from "./destination.ts";
import type { Library } from "./library.ts";
import { checked, NativeError, RESULT } from "./native-error.ts";
import {
  readSecureViewerStats,
  type SecureViewer,
  type SecureViewerStats,
  writeSecureViewer,
} from "./secure-viewer.ts";
import { SECURE_VIEWER, SECURE_VIEWER_STATS } from "./structs.ts";

/** Limits of a secure egress (secure-egress.h). */
export const SECURE_LIMITS = {
  viewers: 1024,
  streams: 16,
  /** Of one call. */
  packets: 8192,
  /** Largest RTP payload of a stream: with all that a viewer's header and protection add, a datagram has at most 1200 bytes. */
  payloadBytes: 1138,
  /** Plain compound RTCP packet. */
  rtcpBytes: 1180,
  /** What protection adds to RTCP at most. */
  rtcpOverheadBytes: 20,
  /** One framed packet at most. */
  framedPacketBytes: 1200,
  /** Packets whose sending is remembered for congestion feedback. */
  sentPackets: 1024,
} as const;

/**
 * Sends the RTP packets of shared streams to many viewers, each with SRTP keys, numbers and header extensions of its own, one native
 * call a frame. Packets have fixed headers of 12 bytes and at most `SECURE_LIMITS.payloadBytes` of payload; they are described by pairs
 * (offset, size) as PacketBlock has them. Nothing blocks, nothing is allocated to send. Use from one thread.
 */
export class SecureEgress {
  readonly #symbols: Library["symbols"];
  readonly #viewer = new Uint8Array(SECURE_VIEWER.size);
  readonly #stats = new Uint8Array(SECURE_VIEWER_STATS.size);
  #handle: Pointer | undefined;

  private constructor(symbols: Library["symbols"], handle: Pointer) {
    this.#symbols = symbols;
    this.#handle = handle;
  }

  /** Throws NativeError when memory is exhausted. */
  static create({ symbols }: Pick<Library, "symbols">): SecureEgress {
    const out = new BigUint64Array(1);
    checked(symbols.bv_secure_egress_create(out), "bv_secure_egress_create");
    return new SecureEgress(symbols, Number(out[0]) as Pointer);
  }

  /**
   * Adds a viewer, inactive and without a destination, and returns its id. RangeError for keys or a mid of the wrong length; NativeError for
   * other values out of range and when the table is full.
   */
  add(viewer: SecureViewer): number {
    try {
      writeSecureViewer(viewer, this.#viewer);
      return checked(this.#symbols.bv_secure_egress_add(this.#open(), this.#viewer), "bv_secure_egress_add");
    } finally {
      this.#viewer.fill(0); // keys stay no longer than they must
    }
  }

  /** Forgets a viewer and wipes its keys. */
  remove(id: number): void {
    checked(this.#symbols.bv_secure_egress_remove(this.#open(), id), "bv_secure_egress_remove");
  }

  /** Where the viewer's datagrams go from now on; undefined: nowhere, its packets are fetched with `frame`. RangeError for a bad address or port. */
  setDestination(id: number, destination: Destination | undefined): void {
    const bytes = destination === undefined ? null : describeDestination(destination);
    const result = this.#symbols.bv_secure_egress_set_destination(this.#open(), id, bytes);
    checked(result, "bv_secure_egress_set_destination");
  }

  /** Makes ChannelData of each packet from now on (RFC 8656 §12.4), for a TURN server to relay; 0: plain packets again. NativeError for what is no channel. */
  setChannel(id: number, channel: number): void {
    const result = this.#symbols.bv_secure_egress_set_channel(this.#open(), id, channel);
    checked(result, "bv_secure_egress_set_channel");
  }

  /**
   * The stream that the viewer gets from now on; to be called between two frames, the next one a keyframe. Its numbers go on; a frame
   * that would not be later than the one before is dated one tick (1/90000 s) after it.
   */
  setStream(id: number, stream: number, timestampOffset: number): void {
    const result = this.#symbols.bv_secure_egress_set_stream(this.#open(), id, stream, timestampOffset);
    checked(result, "bv_secure_egress_set_stream");
  }

  /** Only active viewers get what `send` sends. */
  setActive(id: number, active: boolean): void {
    checked(this.#symbols.bv_secure_egress_set_active(this.#open(), id, active ? 1 : 0), "bv_secure_egress_set_active");
  }

  /**
   * Sends the first `count` packets to every active viewer of `stream` that has a destination. Returns how many viewers lost something.
   * NativeError, and nothing is sent, for packets that are out of bounds.
   */
  send(stream: number, block: Uint8Array, packets: Uint32Array, count: number): number {
    demandPairs(packets, 0, count);
    const result = this.#symbols.bv_secure_egress_send(this.#open(), stream, block, block.length, packets, 0, count);
    return checked(result, "bv_secure_egress_send");
  }

  /**
   * Sends packets `first` … `first + count - 1` to one viewer, active or not, as packets of the stream that it has. Packets that were
   * sent before (same sequence number and timestamp) are not stored again. Returns 1 when something was lost.
   */
  sendTo(id: number, block: Uint8Array, packets: Uint32Array, first: number, count: number): number {
    demandPairs(packets, first, count);
    const result = this.#symbols.bv_secure_egress_send_to(this.#open(), id, block, block.length, packets, first, count);
    return checked(result, "bv_secure_egress_send_to");
  }

  /**
   * The same into `out`, each packet behind its length in two bytes (RFC 4571) or as ChannelData, for TCP. Returns the bytes written. NativeError, and no
   * number is used up, where `out` is too small; `count * SECURE_LIMITS.framedPacketBytes` is always enough.
   */
  frame(id: number, block: Uint8Array, packets: Uint32Array, first: number, count: number, out: Uint8Array): number {
    demandPairs(packets, first, count);
    const result = this.#symbols.bv_secure_egress_frame(
      this.#open(),
      id,
      block,
      block.length,
      packets,
      first,
      count,
      out,
      out.length,
    );
    return checked(result, "bv_secure_egress_frame");
  }

  /**
   * Sends packets of the last second again, as RTX or unchanged. Left out is what is unknown or too old, was sent again ten times, or
   * less than ten milliseconds ago. Returns how many were sent.
   */
  retransmit(id: number, sequences: Uint16Array, count: number): number {
    if (count > sequences.length) throw new RangeError("more sequence numbers than there are");
    const result = this.#symbols.bv_secure_egress_retransmit(this.#open(), id, sequences, count);
    return checked(result, "bv_secure_egress_retransmit");
  }

  /** The same into `out`, framed as `frame` does. Returns the bytes written; what has no room is left out. */
  frameRetransmissions(id: number, sequences: Uint16Array, count: number, out: Uint8Array): number {
    if (count > sequences.length) throw new RangeError("more sequence numbers than there are");
    const handle = this.#open();
    const result = this.#symbols.bv_secure_egress_frame_retransmissions(handle, id, sequences, count, out, out.length);
    return checked(result, "bv_secure_egress_frame_retransmissions");
  }

  /**
   * What was sent under `count` transport-wide sequence numbers from `first` on, for congestion feedback: pairs (time, microseconds of
   * CLOCK_MONOTONIC; bytes of the datagram) in `out`, both 0 where it is not known any more. Returns how many are known.
   */
  sent(id: number, first: number, count: number, out: Float64Array): number {
    if (count * 2 > out.length) throw new RangeError("more packets than `out` has room for");
    return checked(this.#symbols.bv_secure_egress_sent(this.#open(), id, first, count, out), "bv_secure_egress_sent");
  }

  /** Protects a compound RTCP packet into `out`, which may be the same array. Returns the bytes written, at most `SECURE_LIMITS.rtcpOverheadBytes` more. */
  protectRtcp(id: number, packet: Uint8Array, packetBytes: number, out: Uint8Array): number {
    if (packetBytes > packet.length) throw new RangeError("the packet is longer than its array");
    const result = this.#symbols.bv_srtcp_protect(this.#open(), id, packet, packetBytes, out, out.length);
    return checked(result, "bv_srtcp_protect");
  }

  /**
   * Checks and decrypts what a viewer sent into `out`, which may be the same array and has room for `packet`. Returns the bytes of the
   * compound RTCP packet; 0 for anything that is to be ignored: SRTP, a replay, what is not authentic (`stats` counts them).
   */
  unprotectRtcp(id: number, packet: Uint8Array, out: Uint8Array): number {
    const result = this.#symbols.bv_srtcp_unprotect(this.#open(), id, packet, packet.length, out, out.length);
    if (result === RESULT.EBADMSG || result === RESULT.EALREADY || result === RESULT.ENOSPC) return 0;
    if (result < 0) throw new NativeError(result, "bv_srtcp_unprotect");
    return result;
  }

  stats(id: number): SecureViewerStats {
    checked(this.#symbols.bv_secure_egress_stats(this.#open(), id, this.#stats), "bv_secure_egress_stats");
    return readSecureViewerStats(new DataView(this.#stats.buffer));
  }

  /** Frees everything and wipes all keys; the sockets stay open. Every other call throws from then on. */
  destroy(): void {
    if (this.#handle === undefined) return;
    this.#symbols.bv_secure_egress_destroy(this.#handle);
    this.#handle = undefined;
  }

  #open(): Pointer {
    if (this.#handle === undefined) throw new Error("the secure egress was destroyed");
    return this.#handle;
  }
}

/** The library cannot know how long the array is. */
function demandPairs(packets: Uint32Array, first: number, count: number): void {
  if (first < 0 || count < 0 || (first + count) * 2 > packets.length)
    throw new RangeError("more packets than are described");
}
