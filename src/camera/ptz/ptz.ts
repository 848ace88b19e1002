import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { PTZ_AXES, PTZ_RANGE, type PtzAxis, type PtzDriver, type PtzPosition, type PtzSpeed } from "./driver.ts";
import type { PtzPreset, PtzPresets } from "./presets.ts";

/** What a camera's movements are made of. */
export interface PtzParts {
  readonly driver: PtzDriver;
  readonly presets: PtzPresets;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** A movement as clients ask for it; axes left out stand still. */
export interface PtzMove {
  readonly pan?: number | undefined;
  readonly tilt?: number | undefined;
  readonly zoom?: number | undefined;
  /** Milliseconds, at most 10,000. */
  readonly timeout?: number | undefined;
}

/** Each step of a move shows as smooth motion. */
const STEP_MS = 40;
/** A process that was held up must not make the camera jump. */
const MAX_STEP_S = 0.2;
/** Others are told of a move so often. */
const TELL_US = 100_000;
/** Without a timeout: a pad repeats its moves more often, and one that died moves nothing for long. */
const DEFAULT_MOVE_MS = 1000;
const MAX_MOVE_MS = 10_000;
/** The whole range of pan and tilt in 2 s at speed 1 and zoom 1; slower in proportion when enlarged. */
const UNITS_PER_S = 1;
/** Growth that goes through the whole range of zoom in 2 s. */
const ZOOM_GROWTH_PER_S = Math.log(PTZ_RANGE.zoom.maximum / PTZ_RANGE.zoom.minimum) / 2;

interface Move {
  readonly client: string;
  readonly speed: PtzSpeed;
  /** More exact than what the driver makes of it. */
  position: PtzPosition;
  lastUs: number;
  readonly cancel: () => void;
}

/** Moves one camera: places, presets, and movements that always end. */
export class Ptz {
  readonly presets: PtzPresets;
  readonly #parts: PtzParts;
  readonly #listeners: (() => void)[] = [];
  #move: Move | undefined;
  /** Speeds were sent to the driver, whether it took all of them or not, and zero was not taken since. */
  #mayRun = false;
  #lastToldUs = Number.NEGATIVE_INFINITY;

  constructor(parts: PtzParts) {
    this.#parts = parts;
    this.presets = parts.presets;
    parts.driver.onChanged(() => this.#tell());
  }

  get driver(): PtzDriver {
    return this.#parts.driver;
  }

  get position(): PtzPosition {
    return this.#parts.driver.read();
  }

  /** Which axes are in motion now. */
  get moving(): { readonly panTilt: boolean; readonly zoom: boolean } {
    const { pan = 0, tilt = 0, zoom = 0 } = this.#move?.speed ?? {};
    return { panTilt: pan !== 0 || tilt !== 0, zoom: zoom !== 0 };
  }

  /** Goes to a position; axes left out stay. Throws AppError `not-supported`, `unavailable`. */
  place(position: Partial<PtzPosition>): void {
    this.#check();
    this.#end();
    this.#parts.driver.place(within(position));
    this.#tell();
  }

  /** Moves until the timeout, `stop`, the limits, or until its client goes away; takes the place of a move that runs. Throws AppError `not-supported`, `unavailable`. */
  move({ timeout = DEFAULT_MOVE_MS, ...speeds }: PtzMove, client: string): void {
    this.#check();
    const { driver, scheduler, clock } = this.#parts;
    const canMove = (axis: PtzAxis) => driver.running.has(axis) || driver.placeable.has(axis);
    const speed = eachAxis((axis) => (canMove(axis) ? Math.min(1, Math.max(-1, speeds[axis] ?? 0)) : 0));
    if (PTZ_AXES.every((axis) => speed[axis] === 0)) {
      this.stop();
      return;
    }
    const position = this.#move?.position ?? this.position;
    this.#move?.cancel();
    this.#move = undefined;
    this.#mayRun = true;
    try {
      driver.run(speed);
    } catch (error) {
      // one axis may have begun
      this.#guarded(() => this.#end());
      throw error;
    }
    const cancelSteps = scheduler.every(STEP_MS, () => this.#guarded(() => this.#step()));
    const cancelLimit = scheduler.after(Math.min(timeout, MAX_MOVE_MS), () => this.#guarded(() => this.stop()));
    const cancel = () => {
      cancelSteps();
      cancelLimit();
    };
    this.#move = { client, speed, position, lastUs: clock.monotonicUs(), cancel };
  }

  /** Throws AppError `unavailable` when the motors did not take it. */
  stop(): void {
    this.#end();
    this.#tell();
  }

  /** A preset's position, by its id or name. Throws AppError `not-found` as well. */
  goto(preset: string): void {
    this.place(positionOf(this.presets.get(preset)));
  }

  home(): void {
    this.place(positionOf(this.presets.home()));
  }

  /** A client went away: what it set in motion stops. */
  release(client: string): void {
    if (this.#move?.client === client) this.#guarded(() => this.stop());
  }

  /** Calls `listener` when position, motion or what is possible has changed, during a move ten times a second. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#guarded(() => this.#end());
    this.#parts.driver.close();
  }

  #check(): void {
    const { problem } = this.#parts.driver;
    if (problem !== undefined) throw new AppError("not-supported", `ptz is not supported: ${problem}`, { key: "ptz" });
  }

  #step(): void {
    const move = this.#move;
    if (move === undefined) return;
    const { driver, clock } = this.#parts;
    const nowUs = clock.monotonicUs();
    const elapsedS = Math.min(MAX_STEP_S, (nowUs - move.lastUs) / 1e6);
    move.lastUs = nowUs;
    const stepping = PTZ_AXES.filter((axis) => move.speed[axis] !== 0 && !driver.running.has(axis));
    const before = move.position;
    const change = within(
      Object.fromEntries(stepping.map((axis) => [axis, moved(axis, before, move.speed[axis], elapsedS)])),
    );
    move.position = { ...before, ...change };
    const isStepping = stepping.some((axis) => move.position[axis] !== before[axis]);
    const isRunning = PTZ_AXES.some((axis) => driver.running.has(axis) && move.speed[axis] !== 0);
    // a speed at the end of every range moves nothing
    if (!isStepping && !isRunning && elapsedS > 0) {
      this.stop();
      return;
    }
    if (isStepping) driver.place(change);
    if (nowUs - this.#lastToldUs >= TELL_US) this.#tell();
  }

  #end(): void {
    const move = this.#move;
    this.#move = undefined;
    move?.cancel();
    if (!this.#mayRun) return;
    this.#parts.driver.run({ pan: 0, tilt: 0, zoom: 0 });
    this.#mayRun = false;
  }

  /** From timers there is nobody to tell of a camera that does not answer. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#move?.cancel();
      this.#move = undefined;
      this.#parts.log.warn(error.message);
      this.#tell();
    }
  }

  #tell(): void {
    this.#lastToldUs = this.#parts.clock.monotonicUs();
    for (const listener of this.#listeners) listener();
  }
}

function moved(axis: PtzAxis, position: PtzPosition, speed: number, elapsedS: number): number {
  if (axis === "zoom") return position.zoom * Math.exp(speed * ZOOM_GROWTH_PER_S * elapsedS);
  return position[axis] + (speed * UNITS_PER_S * elapsedS) / position.zoom;
}

function within(position: Partial<PtzPosition>): Partial<PtzPosition> {
  const axes = PTZ_AXES.flatMap((axis) => {
    const value = position[axis];
    const { minimum, maximum } = PTZ_RANGE[axis];
    return value === undefined ? [] : [[axis, Math.min(maximum, Math.max(minimum, value))] as const];
  });
  return Object.fromEntries(axes);
}

function positionOf({ pan, tilt, zoom }: PtzPreset | PtzPosition): PtzPosition {
  return { pan, tilt, zoom };
}

function eachAxis(value: (axis: PtzAxis) => number): PtzPosition {
  return { pan: value("pan"), tilt: value("tilt"), zoom: value("zoom") };
}
