import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { advanced, type Course, GROUP_AXES, PTZ_GROUPS, type PtzGroup, travelSeconds } from "./course.ts";
import { PTZ_AXES, PTZ_RANGE, type PtzAxis, type PtzDriver, type PtzPosition } from "./driver.ts";
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
  /** Those that the move is about; the others go on as they do. Both unless given. */
  readonly groups?: readonly PtzGroup[] | undefined;
}

/** How fast a camera goes to a place, 0–1 each. */
export type PtzTravelSpeed = Readonly<Record<PtzGroup, number>>;

/** Each step of a move shows as smooth motion. */
const STEP_MS = 40;
/** A process that was held up must not make the camera jump. */
const MAX_STEP_S = 0.2;
/** Others are told of a move so often. */
const TELL_US = 100_000;
/** Without a timeout: a pad repeats its moves more often, and one that died moves nothing for long. */
const DEFAULT_MOVE_MS = 1000;
/** The longest that a move may last. */
export const MAX_MOVE_MS = 10_000;

const STILL: PtzPosition = { pan: 0, tilt: 0, zoom: 0 };

/** Moves one camera: places, presets, and movements that always end. */
export class Ptz {
  readonly presets: PtzPresets;
  readonly #parts: PtzParts;
  readonly #listeners = new Set<() => void>();
  #courses: readonly Course[] = [];
  #cancelSteps: (() => void) | undefined;
  /** While something moves: more exact than what the driver makes of it. */
  #position: PtzPosition | undefined;
  #lastStepUs = 0;
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

  /** Which axes are in motion now, as far as the driver knows. */
  get moving(): Readonly<Record<PtzGroup, boolean>> {
    const { isOnTheWay } = this.#parts.driver;
    const isMoving = (group: PtzGroup) => isOnTheWay || this.#courses.some(({ groups }) => groups.includes(group));
    return { panTilt: isMoving("panTilt"), zoom: isMoving("zoom") };
  }

  /** Goes to a position; axes left out stay. Throws AppError `not-supported`, `unavailable`. */
  place(position: Partial<PtzPosition>): void {
    this.#check();
    this.#leave(PTZ_GROUPS);
    this.#parts.driver.place(within(position));
    this.#tell();
  }

  /** Goes to a position, at these speeds where the driver does not go by itself; groups without a position go on as they do. Throws as `place` does. */
  travel(position: Partial<PtzPosition>, speed: PtzTravelSpeed, client: string): void {
    this.#check();
    const { driver } = this.#parts;
    const groups = PTZ_GROUPS.filter((group) => GROUP_AXES[group].some((axis) => position[axis] !== undefined));
    const from = this.#position ?? this.position;
    this.#leave(groups);
    if (driver.isDigital) {
      const to = { ...from, ...within(position) };
      const courses = groups.map((group): Course => {
        const secondsLeft = travelSeconds(group, from, to, speed[group]);
        return { client, groups: [group], speed: STILL, place: { to, secondsLeft }, cancel: () => undefined };
      });
      this.#begin(
        courses.filter(({ place }) => place !== undefined && place.secondsLeft > 0),
        from,
      );
    } else {
      driver.place(within(position));
    }
    this.#tell();
  }

  /** Moves until the timeout, `stop`, the limits, or until its client goes away; takes the place of a move that runs. Throws AppError `not-supported`, `unavailable`. */
  move({ timeout = DEFAULT_MOVE_MS, groups = PTZ_GROUPS, ...speeds }: PtzMove, client: string): void {
    this.#check();
    const { driver, scheduler } = this.#parts;
    const canMove = (axis: PtzAxis) => driver.running.has(axis) || driver.placeable.has(axis);
    const asked = groups.flatMap((group) => GROUP_AXES[group]).filter(canMove);
    const speed = eachAxis((axis) => (asked.includes(axis) ? Math.min(1, Math.max(-1, speeds[axis] ?? 0)) : 0));
    const moving = groups.filter((group) => GROUP_AXES[group].some((axis) => speed[axis] !== 0));
    if (moving.length === 0) {
      this.stop(groups);
      return;
    }
    const from = this.#position ?? this.position;
    this.#drop(groups);
    const end = () => this.#guarded(() => this.stop(course.groups));
    const cancel = scheduler.after(Math.min(timeout, MAX_MOVE_MS), end);
    const course: Course = { client, groups: moving, speed, cancel };
    this.#begin([course], from);
    this.#mayRun = true;
    try {
      this.#run();
    } catch (error) {
      // one axis may have begun
      this.#guarded(() => this.#leave(PTZ_GROUPS));
      throw error;
    }
  }

  /** Throws AppError `unavailable` when the motors did not take it. */
  stop(groups: readonly PtzGroup[] = PTZ_GROUPS): void {
    this.#leave(groups);
    this.#tell();
  }

  /** A preset's position, by its id or name. Throws AppError `not-found` as well. */
  goto(preset: string): void {
    this.place(positionOf(this.presets.get(preset)));
  }

  home(): void {
    this.place(positionOf(this.presets.home()));
  }

  /** A client went away, or the camera is another from now on: what was set in motion, by that client or by anybody, stops. */
  release(client?: string): void {
    const released = this.#courses.filter((course) => client === undefined || course.client === client);
    const groups = released.flatMap((course) => course.groups);
    if (groups.length > 0) this.#guarded(() => this.stop(groups));
  }

  /** Calls `listener` when position, motion or what is possible has changed, during a move ten times a second; returns how to stop that. */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#guarded(() => this.#leave(PTZ_GROUPS));
    this.#parts.driver.close();
  }

  #check(): void {
    const { problem } = this.#parts.driver;
    if (problem !== undefined) throw new AppError("not-supported", `ptz is not supported: ${problem}`, { key: "ptz" });
  }

  /** Adds courses; stepping begins with the first. */
  #begin(courses: readonly Course[], from: PtzPosition): void {
    if (courses.length === 0) return;
    this.#courses = [...this.#courses, ...courses];
    this.#position = from;
    if (this.#cancelSteps !== undefined) return;
    const { scheduler, clock } = this.#parts;
    this.#lastStepUs = clock.monotonicUs();
    this.#cancelSteps = scheduler.every(STEP_MS, () => this.#guarded(() => this.#step()));
  }

  #step(): void {
    const { driver, clock } = this.#parts;
    const nowUs = clock.monotonicUs();
    const elapsedS = Math.min(MAX_STEP_S, (nowUs - this.#lastStepUs) / 1e6);
    this.#lastStepUs = nowUs;
    const before = this.#position;
    if (before === undefined || elapsedS === 0) return;
    const change: { [axis in PtzAxis]?: number } = {};
    const ended: PtzGroup[] = [];
    for (const course of this.#courses) {
      for (const group of course.groups) {
        const stepping = GROUP_AXES[group].filter((axis) => !driver.running.has(axis));
        const next = within(
          Object.fromEntries(stepping.map((axis) => [axis, advanced(course, axis, before, elapsedS)])),
        );
        const isStepping = stepping.some((axis) => next[axis] !== before[axis]);
        const isRunning = GROUP_AXES[group].some((axis) => driver.running.has(axis) && course.speed[axis] !== 0);
        if (isStepping) Object.assign(change, next);
        // a speed at the end of every range moves nothing
        const isOver = course.place === undefined ? !isStepping && !isRunning : course.place.secondsLeft <= elapsedS;
        if (isOver) ended.push(group);
      }
      if (course.place !== undefined) course.place.secondsLeft -= elapsedS;
    }
    this.#position = { ...before, ...change };
    if (Object.keys(change).length > 0) driver.place(change);
    if (ended.length > 0) this.stop(ended);
    else if (nowUs - this.#lastToldUs >= TELL_US) this.#tell();
  }

  /** Takes groups off their courses; motors are not told. */
  #drop(groups: readonly PtzGroup[]): void {
    for (const course of this.#courses) {
      course.groups = course.groups.filter((group) => !groups.includes(group));
      if (course.groups.length === 0) course.cancel();
    }
    this.#courses = this.#courses.filter((course) => course.groups.length > 0);
    if (this.#courses.length > 0) return;
    this.#cancelSteps?.();
    this.#cancelSteps = undefined;
    this.#position = undefined;
  }

  #leave(groups: readonly PtzGroup[]): void {
    this.#drop(groups);
    if (this.#mayRun) this.#run();
  }

  /** Tells the motors the speeds of all courses. */
  #run(): void {
    const speedOf = (axis: PtzAxis) =>
      this.#courses.find(({ groups }) => groups.some((group) => GROUP_AXES[group].includes(axis)))?.speed[axis] ?? 0;
    const speed = eachAxis(speedOf);
    this.#parts.driver.run(speed);
    this.#mayRun = PTZ_AXES.some((axis) => speed[axis] !== 0);
  }

  /** From timers there is nobody to tell of a camera that does not answer. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#drop(PTZ_GROUPS);
      this.#parts.log.warn(error.message);
      this.#tell();
    }
  }

  #tell(): void {
    this.#lastToldUs = this.#parts.clock.monotonicUs();
    for (const listener of this.#listeners) listener();
  }
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
