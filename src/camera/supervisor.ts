import { type Pipeline, type PipelineStatus, RESULT } from "bun-ffi-v4l2";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { CameraStatus } from "./camera-status.ts";
import { describeSourceProblem } from "./source-problem.ts";
import type { CaptureFormat, LocatedSource, VideoSource } from "./video-source.ts";

/** A replugged camera is taken up within 3 s: looking costs a folder listing. */
const FIRST_RETRY_MS = 500;
/** A camera that is there and refuses is asked less and less often, still within those 3 s. */
const LAST_RETRY_MS = 2000;
/** A camera silent for so long is closed and opened again. */
const STALL_LIMIT_US = 5_000_000;
/** How often a real camera is looked for while the test source stands in, and one that rests. */
const LOOK_INTERVAL_US = 2_000_000;

/** What a supervisor watches and how it waits. */
export interface SupervisorOptions {
  readonly pipeline: Pick<Pipeline, "status" | "setSource">;
  readonly source: VideoSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Called each time the source was found, before it is opened; returns the format to open it with. */
  readonly chooseFormat: (located: LocatedSource) => CaptureFormat;
}

/** Keeps one pipeline supplied with its source: opens it, notices loss and silence, looks for it until it is back. Viewers see the slate meanwhile. */
export class SourceSupervisor {
  readonly #options: SupervisorOptions;
  #located: LocatedSource | undefined;
  #generation: number | undefined;
  #state: CameraStatus["state"] = "offline";
  #isResting = false;
  #problem: string | undefined;
  #nextAttemptUs = 0;
  #nextLookUs = 0;
  #retryMs = FIRST_RETRY_MS;
  #stalledSinceUs: number | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get state(): CameraStatus["state"] {
    return this.#state;
  }

  /** Why there is no picture; undefined while there is one. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What was found last; undefined when nothing was yet. */
  get located(): LocatedSource | undefined {
    return this.#located;
  }

  /** A few times a second. Returns the pipeline's status that it acted on. */
  tick(): PipelineStatus {
    const status = this.#options.pipeline.status();
    if (this.#isResting) {
      this.#lookWhileResting();
      return status;
    }
    if (this.#generation !== undefined && status.sourceGeneration === this.#generation) this.#follow(status);
    if (this.#generation === undefined && this.#options.clock.monotonicUs() >= this.#nextAttemptUs) this.#attempt();
    return status;
  }

  /** Opens what runs in another format. Viewers stay; a source that is away is opened so when it is back. */
  reopen(format: CaptureFormat): void {
    if (this.#generation === undefined || this.#located === undefined) return;
    this.#generation = this.#options.pipeline.setSource(this.#located.configFor(format));
  }

  /** Lets go of the source, and only looks whether it is there, until `wake`. */
  rest(): void {
    this.#isResting = true;
    this.#generation = undefined;
    this.#stalledSinceUs = undefined;
    this.#nextLookUs = 0;
    this.#options.pipeline.setSource({ kind: "none" });
    this.#lookWhileResting();
  }

  /** Opens the source at once. */
  wake(): void {
    if (!this.#isResting) return;
    this.#isResting = false;
    this.#nextAttemptUs = 0;
    this.#retryMs = FIRST_RETRY_MS;
  }

  #lookWhileResting(): void {
    const nowUs = this.#options.clock.monotonicUs();
    if (nowUs < this.#nextLookUs) return;
    this.#nextLookUs = nowUs + LOOK_INTERVAL_US;
    const absence = this.#options.source.absence();
    if (absence !== undefined) this.#enter("offline", absence);
    else {
      this.#state = "resting";
      this.#problem = undefined;
    }
  }

  #follow(status: PipelineStatus): void {
    if (status.sourceState !== "stalled") this.#stalledSinceUs = undefined;
    switch (status.sourceState) {
      case "opening":
        return;
      case "running":
        this.#enter("online", undefined);
        this.#retryMs = FIRST_RETRY_MS;
        this.#lookForBetter();
        return;
      case "stalled":
        this.#followStall();
        return;
      case "lost":
        this.#lose(status.sourceError);
        return;
    }
  }

  #lookForBetter(): void {
    const nowUs = this.#options.clock.monotonicUs();
    if (!this.#options.source.substitute || nowUs < this.#nextLookUs) return;
    this.#nextLookUs = nowUs + LOOK_INTERVAL_US;
    if (this.#options.source.hasBetter()) this.#attempt();
  }

  #followStall(): void {
    const nowUs = this.#options.clock.monotonicUs();
    this.#stalledSinceUs ??= nowUs;
    this.#enter("stalled", describeSourceProblem(RESULT.STALLED, this.#device));
    if (nowUs - this.#stalledSinceUs > STALL_LIMIT_US) this.#lose(RESULT.STALLED);
  }

  #lose(code: number): void {
    this.#stalledSinceUs = undefined;
    this.#generation = undefined;
    this.#enter("offline", describeSourceProblem(code, this.#device));
    this.#planRetry();
  }

  #attempt(): void {
    const { source, pipeline, chooseFormat } = this.#options;
    try {
      this.#located = source.locate();
      this.#generation = pipeline.setSource(this.#located.configFor(chooseFormat(this.#located)));
      if (this.#state === "offline" || this.#state === "resting") this.#state = "opening";
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#enter("offline", error.message);
      // not there: looking again is cheap, so it is never put off
      this.#retryMs = FIRST_RETRY_MS;
      this.#planRetry();
    }
  }

  #planRetry(): void {
    this.#nextAttemptUs = this.#options.clock.monotonicUs() + this.#retryMs * 1000;
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #enter(state: CameraStatus["state"], problem: string | undefined): void {
    const changed = problem !== this.#problem || (state === "online") !== (this.#state === "online");
    this.#state = state;
    this.#problem = problem;
    if (!changed) return;
    const { log, source } = this.#options;
    if (problem === undefined) log.info("the camera delivers pictures", { camera: source.id, device: this.#device });
    else log.warn(problem, { camera: source.id });
  }

  get #device(): string {
    return this.#located?.device ?? this.#options.source.id;
  }
}
