import {
  fourccText,
  type Library,
  type MotionWatch,
  type OverlayPosition,
  type PictureStage,
  Pipeline,
  type PipelineStatus,
  STREAM_MAIN,
  STREAM_STILL,
  STREAM_SUB,
  type StreamConfig,
} from "bun-ffi-v4l2";
import type { Clock } from "../core/clock.ts";
import { defectText } from "../core/errors.ts";
import { sameJson } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { abilitiesOf, modesByFormat } from "./camera-abilities.ts";
import type { CameraAbilities, CameraStatus, Snapshots, Still } from "./camera-status.ts";
import { CameraControls } from "./controls/camera-controls.ts";
import type { StageTarget } from "./picture.ts";
import { Scene } from "./scene.ts";
import { Stills } from "./stills.ts";
import type { StreamSink } from "./stream-sink.ts";
import { NO_WISHES, planStreams, type StreamPlan, type StreamWishes, tabulate } from "./streams/plan.ts";
import { SourceSupervisor } from "./supervisor.ts";
import type { CaptureFormat, LocatedSource, VideoSource } from "./video-source.ts";

const TICK_MS = 250;

/** What a camera works for: its two streams; only to be inset in the other's picture; nobody, and then it is only looked for. */
export type CameraDuty = "streams" | "inset" | "rest";

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

/** One camera: its pipeline, its supervisor, and the way of its pictures to the streams, which have none until `start`. */
export class Camera implements Snapshots, StageTarget {
  readonly controls: CameraControls;
  readonly scene: Scene;
  readonly #options: CameraOptions;
  readonly #pipeline: Pipeline;
  readonly #supervisor: SourceSupervisor;
  readonly #stills: Stills;
  readonly #listeners: (() => void)[] = [];
  readonly #planListeners: (() => void)[] = [];
  #wishes = NO_WISHES;
  #modes = tabulate([]);
  #plan = planStreams(this.#modes, NO_WISHES);
  #bitrateKbps: number | undefined;
  /** Undefined before the start. */
  #duty: CameraDuty | undefined;
  #status: PipelineStatus;
  #state: CameraStatus["state"] = "offline";
  #lastDefect: string | undefined;
  #stopTicking: () => void = () => undefined;

  constructor(options: CameraOptions) {
    const { library, source, clock, scheduler, log } = options;
    this.#options = options;
    const main = { ...this.#plan.main, enabled: false };
    const sub = { ...this.#plan.sub, enabled: false };
    this.#pipeline = Pipeline.create(library, { source: { kind: "none" }, main, sub }, () => this.#drain());
    this.controls = new CameraControls(log);
    this.scene = new Scene(this.#pipeline);
    const chooseFormat = (located: LocatedSource) => this.#take(located);
    this.#supervisor = new SourceSupervisor({ pipeline: this.#pipeline, source, clock, log, chooseFormat });
    this.#stills = new Stills(this.#pipeline, scheduler, () => this.#supervisor.problem);
    this.#status = this.#pipeline.status();
  }

  /** Opens the source, keeps it open, and codes what it shows, or the slate; to be called once, when it is known how. */
  start(duty: CameraDuty = "streams"): void {
    this.#stopTicking = this.#options.scheduler.every(TICK_MS, () => this.#tick());
    this.work(duty);
  }

  /** Does what it is needed for now, and no more: two cameras may be more than a bus or a processor carries. */
  work(duty: CameraDuty): void {
    const before = this.#duty;
    if (duty === before) return;
    this.#duty = duty;
    this.#configureStreams();
    if (duty === "rest") {
      this.#supervisor.rest();
      this.controls.close();
    } else if (before === "rest") this.#supervisor.wake();
    this.#tick();
  }

  /** Configuration of each stream's encoder. */
  get main(): StreamConfig {
    return codedMain(this.#plan, this.#bitrateKbps);
  }

  get sub(): StreamConfig {
    return this.#plan.sub;
  }

  /** What the streams are on this camera. */
  get plan(): StreamPlan {
    return this.#plan;
  }

  /** The pipeline's counters, at most a quarter of a second old. */
  get counters(): PipelineStatus {
    return this.#status;
  }

  /** Whether `scene` shows in its pictures. */
  get hasScene(): boolean {
    return this.#options.source.hasScene;
  }

  /** What was found last; undefined when nothing was yet. */
  get located(): LocatedSource | undefined {
    return this.#supervisor.located;
  }

  /** What the streams would be with other wishes. */
  planFor(wishes: StreamWishes): StreamPlan {
    return planStreams(this.#modes, wishes);
  }

  /** Changes the streams while their viewers stay; the source is opened anew where it has to deliver something else. */
  setWishes(wishes: StreamWishes): void {
    const { capture } = this.#plan;
    this.#wishes = wishes;
    this.#replan(this.planFor(wishes));
    if (!sameJson({ ...capture }, { ...this.#plan.capture })) this.#supervisor.reopen(this.#plan.capture);
    for (const listener of this.#planListeners) listener();
  }

  /** Codes the main stream with another bitrate than the plan's for now; undefined: the plan's. kbit/s. */
  setMainBitrate(kbps: number | undefined): void {
    const before = this.main;
    this.#bitrateKbps = kbps;
    if (this.#isCoding && this.main.bitrateKbps !== before.bitrateKbps)
      this.#pipeline.configureStream(STREAM_MAIN, this.main);
  }

  /** Calls `listener` when `status().state`, the source or the plan may have changed by itself. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Calls `listener` after each `setWishes`. */
  onPlanned(listener: () => void): void {
    this.#planListeners.push(listener);
  }

  /** Replaces what counts as motion; `counters.motionUs` tells of it. */
  watchMotion(watch: MotionWatch | undefined): void {
    this.#pipeline.setMotion(watch);
  }

  setStage(stage: PictureStage): void {
    this.#pipeline.setStage(stage);
  }

  /** Shows another camera's newest picture in a corner of this one's; undefined: none. */
  setInset(other: Camera | undefined, corner: OverlayPosition): void {
    this.#pipeline.setInset(other === undefined ? undefined : other.#pipeline, corner);
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

  abilities(): CameraAbilities {
    if (this.#supervisor.state === "resting") return abilitiesOf(this.#options.source);
    return { controls: this.controls.list(), modes: modesByFormat(this.located?.modes ?? []) };
  }

  take(stream: "stream1" | "stream2", quality: number): Promise<Uint8Array> {
    return this.#stills.take(stream, quality);
  }

  /** The same with the time of the picture. */
  takeTimed(stream: "stream1" | "stream2", quality: number): Promise<Still> {
    return this.#stills.takeTimed(stream, quality);
  }

  /** Stops the capture thread; nothing is published any more. */
  close(): void {
    this.#stopTicking();
    this.#pipeline.close();
    this.#stills.close();
    this.controls.close();
  }

  /** Hands everything in the ring on. Runs at frame rate. */
  #drain(): void {
    for (let frame = this.#pipeline.next(); frame !== undefined; frame = this.#pipeline.next()) {
      const slot = frame.slot;
      try {
        if (frame.stream === STREAM_STILL) this.#stills.deliver(frame);
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

  #tick(): void {
    this.#status = this.#supervisor.tick();
    this.#options.onMain.canForceKeyframe = this.#status.canForceKeyframe;
    const { state } = this.#supervisor;
    if (state === this.#state) return;
    this.#state = state;
    if (state === "offline" || state === "resting") this.controls.close();
    this.#tell();
  }

  /** A source was found: its controls and its modes decide what the rest of the device can do. */
  #take(located: LocatedSource): CaptureFormat {
    this.controls.open(located);
    this.#modes = tabulate(located.modes);
    this.#replan(this.planFor(this.#wishes));
    this.#tell();
    return this.#plan.capture;
  }

  get #isCoding(): boolean {
    return this.#duty === "streams";
  }

  /** Also while neither is coded: what is inset has the shape that would be. */
  #configureStreams(): void {
    const enabled = this.#isCoding;
    this.#pipeline.configureStream(STREAM_MAIN, { ...this.main, enabled });
    this.#pipeline.configureStream(STREAM_SUB, { ...this.sub, enabled });
  }

  #replan(plan: StreamPlan): void {
    const { main, sub } = this;
    this.#plan = plan;
    if (sameJson({ ...main }, { ...this.main }) && sameJson({ ...sub }, { ...plan.sub })) return;
    this.#configureStreams();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function codedMain({ main }: StreamPlan, bitrateKbps: number | undefined): StreamConfig {
  return bitrateKbps === undefined ? main : { ...main, bitrateKbps };
}
