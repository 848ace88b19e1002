import { SECURE_LIMITS, type SecureEgress } from "bun-ffi-v4l2";
import type { Scheduler } from "../core/scheduler.ts";
import type { AccessUnit } from "../media/access-unit.ts";
import { H264Packetizer } from "../rtp/h264-packetizer.ts";
import { PacketBlock } from "../rtp/packet-block.ts";
import { GopCache } from "./gop-cache.ts";
import type { KeyframeRequests } from "./keyframe-requests.ts";

/** Pace of a joiner's burst: 16 packets in 5 ms are about 30 Mbit/s, which every LAN takes and no receive buffer overflows from. */
const BURST_PERIOD_MS = 5;
const BURST_PACKETS = 16;
/** About 200 ms of burst. A joiner of a longer GOP is served sooner by a keyframe, where the source makes one. */
const MAX_BURST_PACKETS = 640;

/** A WebRTC viewer as its stream sees it. Calls come synchronously from `publish`; none may wait or throw. */
export interface SecureViewerSeat {
  /** Its number in the secure egress, where it must have been added for this stream or another. */
  readonly viewerId: number;
  /** Takes packets itself, such as over TCP; undefined: the egress sends to its destination. False: there was no room; nothing more comes until a keyframe (see `resume`). */
  readonly take: ((block: PacketBlock, first: number, count: number) => boolean) | undefined;
  /** Of the viewer's RTP timestamps, whatever the stream. */
  readonly timestampOrigin: number;
  /** The stream's first packets follow at once and begin with a keyframe; the seat in another stream is to be left now. */
  onStart(): void;
}

/** What the viewers of one stream share. */
export interface SecureViewersOptions {
  readonly egress: SecureEgress;
  /** The stream's number in the egress. */
  readonly index: number;
  /** Origin of the shared packets' timestamps. */
  readonly timestampOrigin: number;
  readonly keyframeRequests: KeyframeRequests;
  readonly scheduler: Scheduler;
}

/** The WebRTC viewers of one stream: packetized once for all of them, in smaller payloads than RTSP's, and only while there are any. */
export class SecureViewers {
  readonly #options: SecureViewersOptions;
  readonly #packetizer: H264Packetizer;
  readonly #block = new PacketBlock();
  readonly #gop = new GopCache();
  /** Joined, starts at the next keyframe. */
  readonly #waiting = new Set<SecureViewerSeat>();
  /** Gets the running GOP in a paced burst; the index of the packet that is next. */
  readonly #catchingUp = new Map<SecureViewerSeat, number>();
  readonly #playing = new Set<SecureViewerSeat>();
  #stopBursts: (() => void) | undefined;
  #canForceKeyframe = true;

  constructor(options: SecureViewersOptions) {
    this.#options = options;
    this.#gop.keepWhole = true;
    // number and source are the viewer's own, written by the egress
    this.#packetizer = new H264Packetizer({
      payloadType: 96,
      ssrc: 0,
      firstSequence: 0,
      payloadBytes: SECURE_LIMITS.payloadBytes,
    });
  }

  get count(): number {
    return this.#waiting.size + this.#catchingUp.size + this.#playing.size;
  }

  /** False: keyframes come when the camera likes, so that a burst is the only way to start soon. */
  set canForceKeyframe(value: boolean) {
    this.#canForceKeyframe = value;
  }

  /** Adds a viewer. `now`: it starts in the running GOP where one is cached; else at the next keyframe, which is asked for. */
  join(seat: SecureViewerSeat, start: "now" | "keyframe"): void {
    const cached = start === "now" ? this.#gop.startingAt(0) : undefined;
    if (cached !== undefined && (cached.packets.count <= MAX_BURST_PACKETS || !this.#canForceKeyframe)) {
      this.#seatStarts(seat);
      this.#catchingUp.set(seat, 0);
      this.#burst();
      return;
    }
    this.#waiting.add(seat);
    this.#options.keyframeRequests.request();
  }

  /** Removes a viewer in whatever state it is. */
  leave(seat: SecureViewerSeat): void {
    const wasHere = [this.#waiting.delete(seat), this.#catchingUp.delete(seat), this.#playing.delete(seat)];
    if (wasHere[1] || wasHere[2]) this.#options.egress.setActive(seat.viewerId, false);
    if (this.#catchingUp.size === 0) this.#endBursts();
  }

  /** A viewer that lost frames has room again. */
  resume(seat: SecureViewerSeat): void {
    if (this.#waiting.has(seat)) this.#options.keyframeRequests.request();
  }

  /** Whether the viewer gets this stream's frames, or is about to with the running GOP. */
  isPlaying(seat: SecureViewerSeat): boolean {
    return this.#playing.has(seat) || this.#catchingUp.has(seat);
  }

  /** A viewer's way of taking packets changed while it plays. */
  wayChanged(seat: SecureViewerSeat): void {
    if (this.#playing.has(seat)) this.#options.egress.setActive(seat.viewerId, seat.take === undefined);
  }

  /** Hands one access unit to every viewer. Returns how many lost something. Called at frame rate: allocates nothing while nobody starts. */
  publish(unit: AccessUnit, timestamp: number): number {
    if (this.count === 0) {
      this.#gop.clear();
      return 0;
    }
    const block = this.#block;
    block.clear();
    const sequence = this.#packetizer.nextSequence;
    this.#packetizer.packetize(unit, timestamp, block);
    if (block.count === 0) return 0;
    this.#gop.add(block, unit.captureTimeUs, unit.isKey ? { sequence, rtpTimestamp: timestamp } : undefined);
    if (unit.isKey) this.#startEveryone();
    for (const seat of this.#playing) this.#handOver(seat, block);
    const { egress, index } = this.#options;
    return egress.send(index, block.bytes, block.packets, block.count);
  }

  #startEveryone(): void {
    for (const seat of this.#waiting) {
      this.#waiting.delete(seat);
      this.#seatStarts(seat);
      this.#plays(seat);
    }
    // what they had not got of the old GOP is of no use any more
    for (const [seat] of this.#catchingUp) this.#plays(seat);
    this.#catchingUp.clear();
    this.#endBursts();
  }

  #seatStarts(seat: SecureViewerSeat): void {
    seat.onStart();
    const { egress, index, timestampOrigin } = this.#options;
    egress.setStream(seat.viewerId, index, (seat.timestampOrigin - timestampOrigin + 2 ** 32) % 2 ** 32);
  }

  #plays(seat: SecureViewerSeat): void {
    this.#playing.add(seat);
    if (seat.take === undefined) this.#options.egress.setActive(seat.viewerId, true);
  }

  #handOver(seat: SecureViewerSeat, block: PacketBlock): void {
    if (seat.take === undefined || seat.take(block, 0, block.count)) return;
    this.#playing.delete(seat);
    this.#waiting.add(seat);
  }

  /** Sends each who catches up its next packets, now and every few milliseconds until nobody is left. */
  #burst(): void {
    const { packets } = this.#gop.startingAt(0) ?? {};
    for (const [seat, next] of this.#catchingUp) {
      if (packets === undefined) {
        // the GOP became too long to be kept
        this.#catchingUp.delete(seat);
        this.#waiting.add(seat);
        this.#options.keyframeRequests.request();
        continue;
      }
      const count = Math.min(BURST_PACKETS, packets.count - next);
      if (!this.#sendPart(seat, packets, next, count)) continue;
      if (next + count < packets.count) {
        this.#catchingUp.set(seat, next + count);
        continue;
      }
      this.#catchingUp.delete(seat);
      this.#plays(seat);
    }
    if (this.#catchingUp.size === 0) this.#endBursts();
    else this.#stopBursts ??= this.#options.scheduler.every(BURST_PERIOD_MS, () => this.#burst());
  }

  /** False: there was no room for it now. */
  #sendPart(seat: SecureViewerSeat, packets: PacketBlock, first: number, count: number): boolean {
    if (seat.take !== undefined) return seat.take(packets, first, count);
    this.#options.egress.sendTo(seat.viewerId, packets.bytes, packets.packets, first, count);
    return true;
  }

  #endBursts(): void {
    this.#stopBursts?.();
    this.#stopBursts = undefined;
  }
}
