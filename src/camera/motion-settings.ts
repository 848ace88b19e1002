import type { Clock } from "../core/clock.ts";
import type { Json } from "../core/json.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { MotionZone, SettingName } from "../settings/keys.ts";
import { SettingChanges } from "../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../settings/setting-owner.ts";
import type { Programme } from "./programme.ts";

const LOOK_EVERY_MS = 250;
/** Motion goes on for this long after the last picture in which something moved. */
const HOLD_MS = 3000;
/** Steps of luma and shares of the picture at sensitivity 0 and 100. */
const STEP = { least: 40, most: 4 } as const;
const PERMILLE = { least: 40, most: 2 } as const;

/** What motion is read from, and who hears of it. */
export interface MotionParts {
  readonly camera: Pick<Programme, "watchMotion" | "counters"> & { status(): { readonly id: string } };
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly publish: (kind: "motion-start" | "motion-stop", detail: { readonly [name: string]: Json }) => void;
}

/** Whether something moves in the picture: a state, two events, and what counts. */
export class MotionSettings implements SettingOwner {
  readonly keys = [
    "motion-detection",
    "motion-sensitivity",
    "motion-zones",
    "motion",
  ] as const satisfies readonly SettingName[];
  readonly #parts: MotionParts;
  readonly #changes = new SettingChanges();
  readonly #listeners = new Set<() => void>();
  #isOn = false;
  #sensitivity = 50;
  #zones: readonly MotionZone[] = [];
  #isMoving = false;
  /** Whose motion it is. */
  #camera = "";
  #stopLooking: (() => void) | undefined;

  constructor(parts: MotionParts) {
    this.#parts = parts;
  }

  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Calls `listener` when motion begins or ends. */
  onMotion(listener: () => void): void {
    this.#listeners.add(listener);
  }

  facts(): SettingFacts {
    return { supported: true };
  }

  read(key: SettingName): Json | undefined {
    switch (key) {
      case "motion-detection":
        return this.#isOn;
      case "motion-sensitivity":
        return this.#sensitivity;
      case "motion-zones":
        return this.#zones;
      default:
        return this.#isMoving;
    }
  }

  apply(values: SettingValues): void {
    const isOn = values.get("motion-detection");
    const sensitivity = values.get("motion-sensitivity");
    const zones = values.get("motion-zones");
    if (typeof isOn === "boolean") this.#isOn = isOn;
    if (typeof sensitivity === "number") this.#sensitivity = sensitivity;
    // checked by the declaration
    if (zones !== undefined) this.#zones = zones as readonly MotionZone[];
    this.#watch();
  }

  restore(values: SettingValues): void {
    this.apply(values);
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  /** Another camera is looked at from now on: motion of the one before ends as far as anybody can tell. */
  changeCamera(): void {
    this.#follow(false);
  }

  close(): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
  }

  #watch(): void {
    const { camera, scheduler } = this.#parts;
    const between = ({ least, most }: typeof STEP | typeof PERMILLE) =>
      Math.round(least + ((most - least) * this.#sensitivity) / 100);
    const zones = this.#zones.map(([x, y, width, height]) => ({ x, y, width, height }));
    camera.watchMotion(this.#isOn ? { step: between(STEP), permille: between(PERMILLE), zones } : undefined);
    if (this.#isOn) this.#stopLooking ??= scheduler.every(LOOK_EVERY_MS, () => this.#look());
    else {
      this.close();
      this.#follow(false);
    }
  }

  #look(): void {
    const { camera, clock } = this.#parts;
    const { motionUs } = camera.counters;
    this.#follow(motionUs > 0 && clock.monotonicUs() - motionUs < HOLD_MS * 1000);
  }

  #follow(isMoving: boolean): void {
    if (isMoving === this.#isMoving) return;
    this.#isMoving = isMoving;
    if (isMoving) this.#camera = this.#parts.camera.status().id;
    this.#changes.tell(["motion"]);
    this.#parts.publish(isMoving ? "motion-start" : "motion-stop", { camera: this.#camera });
    for (const listener of this.#listeners) listener();
  }
}
