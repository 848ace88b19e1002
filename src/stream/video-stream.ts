import type { Egress, SecureEgress } from "bun-ffi-v4l2";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { AccessUnit } from "../media/access-unit.ts";
import { H264Packetizer } from "../rtp/h264-packetizer.ts";
import { rtpTimestamp } from "../rtp/media-clock.ts";
import { PacketBlock } from "../rtp/packet-block.ts";
import type { PacketizerOptions } from "../rtp/packet-writer.ts";
import { GopCache, type StartPoint } from "./gop-cache.ts";
import { KeyframeRequests } from "./keyframe-requests.ts";
import { KeyframeSpacing } from "./keyframe-spacing.ts";
import { LatencyMeter } from "./latency-meter.ts";
import type { MediaStream, StreamViewer } from "./media-stream.ts";
import { type ParameterSets, parameterSetsOf } from "./parameter-sets.ts";
import { RateMeter } from "./rate-meter.ts";
import { SecureViewers } from "./secure-viewers.ts";

/** RTP payload type of H.264 in our SDP; dynamic (RFC 3551 §6). */
export const H264_PAYLOAD_TYPE = 96;

/** What a stream is made of. */
export interface VideoStreamOptions extends PacketizerOptions {
  readonly name: string;
  readonly timestampOrigin: number;
  /** Start joiners inside a running GOP when the source cannot force keyframes (`rtsp.fast_start`). */
  readonly fastStart: boolean;
  /** Asks the source for an IDR. */
  readonly forceKeyframe: () => void;
  readonly egress: Egress;
  /** For WebRTC viewers, and the stream's number in it. */
  readonly secure: { readonly egress: SecureEgress; readonly index: number };
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** One coded video stream: packetized once, handed to every viewer. Publishing never waits for anyone. */
export class VideoStream implements MediaStream {
  readonly name: string;
  readonly ssrc: number;
  readonly egress: Egress;
  readonly rate = new RateMeter();
  /** From capture until the last viewer's last packet was with the kernel, the stream's own encoding left out. */
  readonly latency = new LatencyMeter();
  readonly keyframeRequests: KeyframeRequests;
  readonly keyframeSpacing = new KeyframeSpacing();
  /** The stream's WebRTC viewers. */
  readonly secureViewers: SecureViewers;
  readonly #options: VideoStreamOptions;
  readonly #packetizer: H264Packetizer;
  readonly #block = new PacketBlock();
  readonly #gop = new GopCache();
  /** Joined, not started. */
  readonly #waiting = new Set<StreamViewer>();
  /** Started; gets every frame. */
  readonly #playing = new Set<StreamViewer>();
  /** Started, lost frames, goes on at the next keyframe. */
  readonly #lagging = new Set<StreamViewer>();
  readonly #parameterWaiters = new Set<() => void>();
  readonly #readers = new Set<(unit: AccessUnit) => void>();
  #parameters: ParameterSets | undefined;
  #canForceKeyframe = true;
  /** Whether some destination lost packets of the frame before. */
  #isLosing = false;

  constructor(options: VideoStreamOptions) {
    this.name = options.name;
    this.ssrc = options.ssrc;
    this.egress = options.egress;
    this.#options = options;
    this.#packetizer = new H264Packetizer({ ...options, payloadType: H264_PAYLOAD_TYPE });
    this.keyframeRequests = new KeyframeRequests(options.clock, options.scheduler, options.forceKeyframe);
    const { keyframeRequests } = this;
    this.secureViewers = new SecureViewers({ ...options, ...options.secure, keyframeRequests });
  }

  /** Of the newest keyframe; undefined before the first. */
  get parameters(): ParameterSets | undefined {
    return this.#parameters;
  }

  /** False: keyframes come when the camera likes, so running GOPs are kept for joiners where `fastStart` allows. */
  set canForceKeyframe(value: boolean) {
    if (value !== this.#canForceKeyframe) this.keyframeSpacing.reset();
    this.#canForceKeyframe = value;
    this.#gop.keepWhole = !value && this.#options.fastStart;
    this.secureViewers.canForceKeyframe = value;
  }

  get canForceKeyframe(): boolean {
    return this.#canForceKeyframe;
  }

  /** RTSP's; WebRTC's are `secureViewers.count`. */
  get viewerCount(): number {
    return this.#waiting.size + this.#playing.size + this.#lagging.size;
  }

  /** Adds a viewer, which starts at once in a fresh GOP or at the next keyframe, forced where the source can. */
  join(viewer: StreamViewer): void {
    const cached = this.#gop.startingAt(this.#options.clock.monotonicUs());
    if (cached === undefined) {
      this.#waiting.add(viewer);
      this.keyframeRequests.request();
      return;
    }
    this.#start(viewer, cached.start);
    if (this.#playing.has(viewer)) this.#deliverTo(viewer, cached.packets);
  }

  leave(viewer: StreamViewer): void {
    this.#waiting.delete(viewer);
    this.#playing.delete(viewer);
    this.#lagging.delete(viewer);
    if (viewer.destination !== undefined) this.egress.setActive(viewer.destination, false);
  }

  /** What comes next does not follow what came: who joins waits for its keyframe. */
  interrupt(): void {
    this.#gop.clear();
  }

  /** Nobody makes it any more: who comes is told what it is when it is made again. */
  forget(): void {
    this.#gop.clear();
    this.#parameters = undefined;
  }

  resume(viewer: StreamViewer): void {
    if (this.#lagging.has(viewer)) this.keyframeRequests.request();
  }

  refresh(): void {
    this.keyframeRequests.request();
  }

  /** Calls `reader` with each access unit from now on, after the viewers; it must neither wait nor throw. Returns how to stop that. */
  read(reader: (unit: AccessUnit) => void): () => void {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  /** Hands one access unit to everyone. Called at frame rate: allocates nothing. */
  publish(unit: AccessUnit): void {
    this.rate.count(unit.size, unit.readyTimeUs);
    if (unit.isKey) {
      this.keyframeRequests.satisfied();
      this.keyframeSpacing.note(unit.captureTimeUs);
      this.#updateParameters(unit);
    }
    const timestamp = rtpTimestamp(this.#options.timestampOrigin, unit.captureTimeUs);
    const isWatched = this.viewerCount > 0 || !this.#canForceKeyframe;
    const isWatchedSecurely = this.secureViewers.count > 0;
    if (!isWatched) this.#gop.clear();
    const losing = isWatched ? this.#publishPlain(unit, timestamp) : 0;
    const losingSecurely = this.secureViewers.publish(unit, timestamp);
    for (const reader of this.#readers) reader(unit);
    if (!isWatched && !isWatchedSecurely) return;
    this.#noteLoss(losing + losingSecurely > 0);
    const encodingUs = unit.readyTimeUs - unit.encodeBeginUs;
    this.latency.count(this.#options.clock.monotonicUs() - unit.captureTimeUs - encodingUs);
  }

  /** Sends to RTSP's viewers; returns how many destinations lost something. */
  #publishPlain(unit: AccessUnit, timestamp: number): number {
    const block = this.#block;
    block.clear();
    const sequence = this.#packetizer.nextSequence;
    this.#packetizer.packetize(unit, timestamp, block);
    if (block.count === 0) return 0;
    const start = unit.isKey ? { sequence, rtpTimestamp: timestamp } : undefined;
    this.#gop.add(block, unit.captureTimeUs, start);
    if (start !== undefined) this.#startEveryone(start);
    for (const viewer of this.#playing) {
      if (viewer.destination === undefined) this.#deliverTo(viewer, block);
    }
    return this.egress.send(block.bytes, block.packets, block.count);
  }

  /** Resolves with the parameter sets, or with undefined when none come within `timeoutMs`. */
  async waitForParameters(timeoutMs: number): Promise<ParameterSets | undefined> {
    if (this.#parameters !== undefined) return this.#parameters;
    this.keyframeRequests.request();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.scheduler.after(timeoutMs, resolve);
    this.#parameterWaiters.add(resolve);
    await promise;
    cancel();
    this.#parameterWaiters.delete(resolve);
    return this.#parameters;
  }

  rtpTimestampNow(): number {
    return rtpTimestamp(this.#options.timestampOrigin, this.#options.clock.monotonicUs());
  }

  /** A keyframe mends what was lost, when losses begin and when they end; a destination that never takes anything must not cost everyone one after the other. */
  #noteLoss(isLosing: boolean): void {
    if (isLosing !== this.#isLosing) this.keyframeRequests.request();
    this.#isLosing = isLosing;
  }

  #startEveryone(start: StartPoint): void {
    for (const viewer of this.#waiting) {
      this.#waiting.delete(viewer);
      this.#start(viewer, start);
    }
    for (const viewer of this.#lagging) {
      this.#lagging.delete(viewer);
      this.#playing.add(viewer);
    }
  }

  #start(viewer: StreamViewer, start: StartPoint): void {
    this.#playing.add(viewer);
    if (viewer.destination !== undefined) this.egress.setActive(viewer.destination, true);
    viewer.onStart(start); // the last step: the viewer may leave while it is told
  }

  #deliverTo(viewer: StreamViewer, block: PacketBlock): void {
    if (viewer.destination !== undefined) {
      this.egress.sendTo(viewer.destination, block.bytes, block.packets, block.count);
    } else if (!viewer.deliver(block)) {
      this.#playing.delete(viewer);
      this.#lagging.add(viewer);
    }
  }

  #updateParameters(unit: AccessUnit): void {
    const before = this.#parameters;
    const now = parameterSetsOf(unit, before);
    if (now === undefined || now === before) return;
    this.#parameters = now;
    for (const resolve of this.#parameterWaiters) resolve();
    if (before === undefined || (before.width === now.width && before.height === now.height)) return;
    this.#options.log.info("the picture size changed", { stream: this.name, width: now.width, height: now.height });
    for (const viewers of [this.#playing, this.#lagging]) {
      for (const viewer of viewers) viewer.onResolutionChange();
    }
  }
}
