import {
  type EncodedFrame,
  fourccText,
  type Library,
  NativeError,
  Pipeline,
  type PipelineStatus,
  STREAM_MAIN,
  STREAM_STILL,
  STREAM_SUB,
  type StreamConfig,
} from "bun-ffi-v4l2";
import type { Clock } from "../core/clock.ts";
import { AppError, defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { AccessUnit } from "../media/access-unit.ts";
import type { CameraStatus, Snapshots } from "./camera-status.ts";
import { defaultMainFormat, defaultSubFormat, FULL_HD } from "./default-format.ts";
import { SourceSupervisor } from "./supervisor.ts";
import type { LocatedSource, PictureFormat, VideoSource } from "./video-source.ts";

const MAIN_BITRATE_KBPS = 4000;
const SUB_BITRATE_KBPS = 500;
const TICK_MS = 250;
/** A still is made from the newest picture within milliseconds. */
const STILL_TIMEOUT_MS = 2000;

/** Takes a stream's access units as they come. */
export interface StreamSink {
  publish(unit: AccessUnit): void;
  canForceKeyframe: boolean;
}

/** What a camera is made of. */
export interface CameraOptions {
  readonly id: string;
  readonly library: Library;
  readonly source: VideoSource;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly onMain: StreamSink;
  readonly onSub: StreamSink;
}

/** One camera: its pipeline, its supervisor, and the way of its pictures to the streams. */
export class Camera implements Snapshots {
  readonly #options: CameraOptions;
  readonly #pipeline: Pipeline;
  readonly #supervisor: SourceSupervisor;
  readonly #stopTicking: () => void;
  readonly #stills = new Map<number, (jpeg: Uint8Array) => void>();
  /** By stream and quality. */
  readonly #pendingStills = new Map<string, Promise<Uint8Array>>();
  #main: StreamConfig;
  #sub: StreamConfig;
  #status: PipelineStatus;
  /** The source that decided the streams' sizes. */
  #formatOf: string | undefined;
  #lastDefect: string | undefined;

  constructor(options: CameraOptions) {
    this.#options = options;
    this.#main = streamConfig(FULL_HD, MAIN_BITRATE_KBPS);
    this.#sub = streamConfig(defaultSubFormat(FULL_HD), SUB_BITRATE_KBPS);
    const nothing = { kind: "none" } as const;
    this.#pipeline = Pipeline.create(options.library, { source: nothing, main: this.#main, sub: this.#sub }, () =>
      this.#drain(),
    );
    this.#supervisor = new SourceSupervisor({
      pipeline: this.#pipeline,
      source: options.source,
      clock: options.clock,
      log: options.log,
      chooseFormat: (located) => this.#chooseFormat(located),
    });
    this.#status = this.#supervisor.tick();
    this.#stopTicking = options.scheduler.every(TICK_MS, () => this.#tick());
  }

  /** Configuration of each stream's encoder. */
  get main(): StreamConfig {
    return this.#main;
  }

  get sub(): StreamConfig {
    return this.#sub;
  }

  /** The pipeline's counters, at most a quarter of a second old. */
  get counters(): PipelineStatus {
    return this.#status;
  }

  forceKeyframe(stream: "main" | "sub"): void {
    this.#pipeline.requestKeyframe(stream === "main" ? STREAM_MAIN : STREAM_SUB);
  }

  status(): CameraStatus {
    const { id, source } = this.#options;
    const located = this.#supervisor.located;
    const status = this.#status;
    return {
      id,
      state: this.#supervisor.state,
      problem: this.#supervisor.problem,
      device: located?.device ?? source.id,
      driver: located?.driver ?? "",
      model: located?.model ?? "",
      bus: located?.bus ?? "",
      pixelFormat: status.sourceFourcc === 0 ? "" : fourccText(status.sourceFourcc),
      width: status.sourceWidth,
      height: status.sourceHeight,
      fps: status.sourceFps,
      measuredFps: status.measuredFps,
      substitute: source.substitute,
    };
  }

  /** Callers that come while the same picture is being made share it: making one costs the capture thread more than a frame. */
  take(stream: "stream1" | "stream2", quality: number): Promise<Uint8Array> {
    const key = `${stream} ${quality}`;
    const pending = this.#pendingStills.get(key);
    if (pending !== undefined) return pending;
    const still = this.#makeStill(stream, quality).finally(() => this.#pendingStills.delete(key));
    this.#pendingStills.set(key, still);
    return still;
  }

  /** Stops the capture thread; nothing is published any more. */
  close(): void {
    this.#stopTicking();
    this.#pipeline.close();
    for (const resolve of this.#stills.values()) resolve(new Uint8Array());
    this.#stills.clear();
  }

  async #makeStill(stream: "stream1" | "stream2", quality: number): Promise<Uint8Array> {
    const ticket = this.#requestStill(stream === "stream1" ? STREAM_MAIN : STREAM_SUB, quality);
    const jpeg = await new Promise<Uint8Array>((resolve) => {
      const cancel = this.#options.scheduler.after(STILL_TIMEOUT_MS, () => {
        this.#stills.delete(ticket);
        resolve(new Uint8Array());
      });
      this.#stills.set(ticket, (bytes) => {
        cancel();
        resolve(bytes);
      });
    });
    if (jpeg.length === 0)
      throw new AppError("unavailable", "The picture could not be made; try again.", { errorCode: "CAMERA_OFFLINE" });
    return jpeg;
  }

  #requestStill(stream: 0 | 1, quality: number): number {
    try {
      return this.#pipeline.requestStill(stream, quality);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      const { problem } = this.#supervisor;
      if (problem === undefined)
        throw new AppError("unavailable", "The camera is busy with other pictures; try again.");
      throw new AppError("unavailable", problem, { errorCode: "CAMERA_OFFLINE" });
    }
  }

  /** Hands everything in the ring on. Runs at frame rate. */
  #drain(): void {
    for (let frame = this.#pipeline.next(); frame !== undefined; frame = this.#pipeline.next()) {
      const slot = frame.slot;
      try {
        if (frame.stream === STREAM_STILL) this.#deliverStill(frame);
        else (frame.stream === STREAM_MAIN ? this.#options.onMain : this.#options.onSub).publish(frame);
      } catch (error) {
        this.#reportDefect(error);
      } finally {
        this.#pipeline.release(slot);
      }
    }
  }

  /** A defect must not stop the pictures that follow, nor be told with each of them. */
  #reportDefect(error: unknown): void {
    const text = defectText(error);
    if (text === this.#lastDefect) return;
    this.#lastDefect = text;
    this.#options.log.error("a picture could not be handed on", { error: text });
  }

  #deliverStill(frame: EncodedFrame): void {
    const resolve = this.#stills.get(frame.ticket);
    this.#stills.delete(frame.ticket);
    resolve?.(new Uint8Array(frame.memory.subarray(frame.offset, frame.offset + frame.size)));
  }

  #tick(): void {
    this.#status = this.#supervisor.tick();
    this.#options.onMain.canForceKeyframe = this.#status.canForceKeyframe;
  }

  /** The camera that is found decides the streams' sizes; what comes back in its place is scaled to them. */
  #chooseFormat(located: LocatedSource): PictureFormat {
    const { id } = this.#options.source;
    if (this.#formatOf !== id) {
      this.#formatOf = id;
      const main = defaultMainFormat(located.modes);
      this.#main = streamConfig(main, MAIN_BITRATE_KBPS);
      this.#sub = streamConfig(defaultSubFormat(main), SUB_BITRATE_KBPS);
      this.#pipeline.configureStream(STREAM_MAIN, this.#main);
      this.#pipeline.configureStream(STREAM_SUB, this.#sub);
    }
    return this.#main;
  }
}

/** A keyframe every second (contract websocket.md). */
function streamConfig(format: PictureFormat, bitrateKbps: number): StreamConfig {
  const { width, height, fps } = format;
  return { enabled: true, width, height, fps, bitrateKbps, gop: fps };
}
