import { NativeError, RESULT } from "bun-ffi-v4l2";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { type Json, sameJson } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { SETTINGS, type SettingName } from "../../settings/keys.ts";
import { SettingChanges } from "../../settings/setting-changes.ts";
import type { Purpose, SettingFacts, SettingOwner, SettingValues } from "../../settings/setting-owner.ts";
import type { Controls } from "../programme-controls.ts";
import { type Bindings, bindControls } from "./bindings.ts";
import type { ControlDevice } from "./camera-controls.ts";

/** What the pixel stage can do where the camera has no control for it; −100…100 each, 0 changes nothing. */
export interface ImageLevels {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** What image settings are applied to. */
export interface ImageParts {
  readonly controls: Controls;
  readonly setLevels: (levels: ImageLevels) => void;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** How often the camera is asked what it changed by itself: some controls are asked over USB, a millisecond each. */
const POLL_MS = 2000;
/** Everything waits while a camera is asked: the pause is this many times as long, so that a slow one is asked less often. */
const PAUSE_FACTOR = 40;
const LONGEST_PAUSE_MS = 60_000;
/** 50 of 0–100 is neutral. */
const NEUTRAL = 50;
const LEVEL_KEYS = ["brightness", "contrast", "saturation"] as const;
const NO_LEVELS: ImageLevels = { brightness: 0, contrast: 0, saturation: 0 };
/** Errors of a camera that was pulled out. */
const GONE: readonly number[] = [RESULT.ENODEV, RESULT.ENXIO, RESULT.ENOENT];

type Step = readonly [key: SettingName, value: Json];

const KEYS = [
  ...["brightness", "contrast", "saturation", "hue", "sharpness", "auto-exposure", "exposure", "gain"],
  ...["auto-white-balance", "white-balance", "red-gain", "blue-gain", "auto-focus", "focus", "noise-suppression"],
] as readonly SettingName[];

/** The picture's settings on the camera's own controls; brightness, contrast and saturation on the pixel stage where it has none. */
export class ImageSettings implements SettingOwner {
  readonly keys = KEYS;
  readonly #parts: ImageParts;
  readonly #changes = new SettingChanges();
  readonly #wanted = new Map<SettingName, Json>();
  /** What everybody knows. */
  readonly #told = new Map<SettingName, Json>();
  readonly #factsTold = new Map<SettingName, SettingFacts>();
  /** Of the camera that is there, or was there last. */
  #bindings: Bindings = new Map();
  #levels = NO_LEVELS;
  #cancelPoll: () => void;

  constructor(parts: ImageParts) {
    this.#parts = parts;
    parts.controls.onChanged(() => this.#follow());
    this.#cancelPoll = parts.scheduler.after(POLL_MS, () => this.#poll());
    if (parts.controls.state === "present") this.#follow();
  }

  facts(key: SettingName): SettingFacts {
    if (this.#parts.controls.state === "unseen") return { supported: false, reason: "the camera is not connected" };
    const binding = this.#bindings.get(key);
    if (binding !== undefined) return binding.facts;
    if (isLevel(key)) return { supported: true, initial: NEUTRAL };
    return { supported: false, reason: "the camera has no such control" };
  }

  /** As the camera last told: each question may take it milliseconds over USB, and everybody may ask. */
  read(key: SettingName): Json | undefined {
    const binding = this.#bindings.get(key);
    if (binding === undefined) {
      return isLevel(key) && this.facts(key).supported ? this.#levels[key] / 2 + NEUTRAL : undefined;
    }
    const isAway = this.#parts.controls.device === undefined;
    return isAway ? (this.#wanted.get(key) ?? this.#told.get(key)) : this.#told.get(key);
  }

  apply(values: SettingValues, _client: string, purpose: Purpose): void {
    if (purpose === "change") for (const [key, value] of values) this.#check(key, value, values);
    this.#write(this.#steps(values, purpose));
    for (const [key, value] of values) {
      // what an automatic decides is nobody's wish
      if (this.#isRuled(key, values)) this.#wanted.delete(key);
      else this.#wanted.set(key, value);
    }
    this.#setLevels();
    for (const key of this.#touched(values)) this.#remember(key);
  }

  restore(values: SettingValues): void {
    for (const [key, value] of values) if (KEYS.includes(key)) this.#wanted.set(key, value);
    if (this.#parts.controls.state === "present") this.#applyWanted();
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  close(): void {
    this.#cancelPoll();
  }

  #check(key: SettingName, value: Json, values: SettingValues): void {
    const facts = this.facts(key);
    if (!facts.supported) throw new AppError("not-supported", `${key} is not supported: ${facts.reason}`, { key });
    if (!this.#isRuled(key, values) || sameJson(value, this.read(key))) return;
    const automatic = this.#bindings.get(key)?.ruledBy;
    throw new AppError("conflict", `${key} cannot be set while ${automatic} is on; switch that off first`, { key });
  }

  /** What is to be written, in order. A reset reaches the values behind automatics too, which are off for that long. */
  #steps(values: SettingValues, purpose: Purpose): readonly Step[] {
    if (purpose !== "reset") return [...values].filter(([key]) => !this.#isRuled(key, values));
    const automatics = new Set([...values.keys()].flatMap((key) => this.#bindings.get(key)?.ruledBy ?? []));
    const offs = [...automatics].map((key): Step => [key, false]);
    const ends = [...automatics].map((key): Step => [key, values.get(key) ?? this.#ask(key) ?? false]);
    return [...offs, ...[...values].filter(([key]) => !automatics.has(key)), ...ends];
  }

  /** All or nothing: what was written before a refusal is put back. */
  #write(steps: readonly Step[]): void {
    const { device } = this.#parts.controls;
    if (device === undefined) return;
    const undo: (() => void)[] = [];
    for (const [key, value] of steps) {
      const binding = this.#bindings.get(key);
      if (binding === undefined) continue;
      try {
        for (const id of binding.controlIds) {
          const before = device.getControl(id);
          undo.unshift(() => void device.setControl(id, before));
        }
        binding.write(value);
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        if (GONE.includes(error.result)) return; // applied when it is back
        for (const step of undo) attempt(step);
        throw refusal(key, error);
      }
    }
  }

  /** Whether an automatic decides the value, once `values` are applied. */
  #isRuled(key: SettingName, values: SettingValues): boolean {
    const ruledBy = this.#bindings.get(key)?.ruledBy;
    return ruledBy !== undefined && (values.get(ruledBy) ?? this.#ask(ruledBy)) === true;
  }

  /** What values may have changed: themselves, and what their automatics rule. */
  #touched(values: SettingValues): Iterable<SettingName> {
    const ruled = KEYS.filter((key) => {
      const ruledBy = this.#bindings.get(key)?.ruledBy;
      return ruledBy !== undefined && values.has(ruledBy);
    });
    return new Set([...values.keys(), ...ruled]);
  }

  /** The camera came, perhaps another one, or went. */
  #follow(): void {
    const { device, state } = this.#parts.controls;
    if (state === "gone") return;
    this.#bindings = device === undefined ? new Map() : this.#bind(device);
    if (state === "present") this.#applyWanted();
    const otherFacts = KEYS.filter((key) => {
      const facts = this.facts(key);
      const before = this.#factsTold.get(key);
      this.#factsTold.set(key, facts);
      return before === undefined || !sameJson(facts, before);
    });
    this.#changes.tell([...new Set([...otherFacts, ...this.#news()])]);
  }

  #bind(device: ControlDevice): Bindings {
    try {
      return bindControls(device);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      this.#parts.log.warn("the camera's controls cannot be read", { error: error.message });
      return new Map();
    }
  }

  /** What cannot be applied to this camera is left as it is. */
  #applyWanted(): void {
    const inOrder = (Object.keys(SETTINGS) as SettingName[]).flatMap((key) => {
      const value = this.#wanted.get(key);
      return value === undefined ? [] : [[key, value] as const];
    });
    for (const [key, value] of inOrder) {
      const binding = this.#bindings.get(key);
      if (binding === undefined || this.#isRuled(key, new Map())) continue;
      try {
        binding.write(value);
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        this.#parts.log.warn("the camera did not take a setting", { key, error: error.message });
      }
    }
    this.#setLevels();
  }

  #setLevels(): void {
    const level = (key: keyof ImageLevels) =>
      this.#bindings.has(key) ? 0 : (Number(this.#wanted.get(key) ?? NEUTRAL) - NEUTRAL) * 2;
    const levels = { brightness: level("brightness"), contrast: level("contrast"), saturation: level("saturation") };
    if (sameJson({ ...levels }, { ...this.#levels })) return;
    this.#levels = levels;
    this.#parts.setLevels(levels);
  }

  #poll(): void {
    const { clock, scheduler } = this.#parts;
    const beganUs = clock.monotonicUs();
    if (this.#parts.controls.device !== undefined) this.#changes.tell(this.#news());
    const tookMs = (clock.monotonicUs() - beganUs) / 1000;
    const pauseMs = Math.min(Math.max(POLL_MS, tookMs * PAUSE_FACTOR), LONGEST_PAUSE_MS);
    this.#cancelPoll = scheduler.after(pauseMs, () => this.#poll());
  }

  /** Keys whose values are no longer those that were told. */
  #news(): readonly SettingName[] {
    return KEYS.filter((key) => this.facts(key).supported && this.#remember(key));
  }

  /** Asks the camera. */
  #ask(key: SettingName): Json | undefined {
    const binding = this.#bindings.get(key);
    if (binding === undefined) return this.read(key);
    const known = this.#wanted.get(key) ?? this.#told.get(key);
    if (this.#parts.controls.device === undefined) return known;
    try {
      return binding.read();
    } catch (error) {
      if (error instanceof NativeError) return known;
      throw error;
    }
  }

  /** Asks the camera; whether the value is another than before. */
  #remember(key: SettingName): boolean {
    const value = this.#ask(key);
    if (value === undefined || sameJson(value, this.#told.get(key))) return false;
    this.#told.set(key, value);
    return true;
  }
}

function isLevel(key: SettingName): key is keyof ImageLevels {
  return (LEVEL_KEYS as readonly SettingName[]).includes(key);
}

function attempt(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
  }
}

function refusal(key: SettingName, error: NativeError): AppError {
  switch (error.result) {
    case RESULT.EBUSY:
    case RESULT.EACCES:
      return new AppError("conflict", `The camera does not let ${key} be changed now`, { key });
    case RESULT.ERANGE:
    case RESULT.EINVAL:
      return new AppError("conflict", `The camera refused this value of ${key}`, { key });
    default:
      return new AppError("unavailable", `The camera did not take ${key}. ${error.message}`, { key });
  }
}
