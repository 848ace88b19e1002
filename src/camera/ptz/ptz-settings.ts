import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { PtzCommand, SettingName } from "../../settings/keys.ts";
import { SettingChanges } from "../../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../../settings/setting-owner.ts";
import type { PtzAxis, PtzPosition } from "./driver.ts";
import { PTZ_AXES } from "./driver.ts";
import type { Ptz } from "./ptz.ts";

/** `zoom`, `pan`, `tilt` and `ptz` on whatever moves the camera. */
export class PtzSettings implements SettingOwner {
  readonly keys: readonly SettingName[] = [...PTZ_AXES, "ptz"];
  readonly #ptz: Ptz;
  readonly #log: Log;
  readonly #changes = new SettingChanges();
  /** The caller tells of what it applies itself. */
  #isApplying = false;

  constructor(ptz: Ptz, log: Log) {
    this.#ptz = ptz;
    this.#log = log;
    ptz.onChanged(() => {
      if (!this.#isApplying) this.#changes.tell(this.keys);
    });
  }

  facts(key: SettingName): SettingFacts {
    const { problem, placeable } = this.#ptz.driver;
    if (problem !== undefined) return { supported: false, reason: problem };
    if (isAxis(key) && !placeable.has(key))
      return { supported: false, reason: `the camera's ${key} cannot be set to a position` };
    return { supported: true };
  }

  read(key: SettingName): Json | undefined {
    return isAxis(key) ? this.#ptz.position[key] : undefined;
  }

  apply(values: SettingValues, client: string): void {
    this.#isApplying = true;
    const position = positionIn(values);
    const before = this.#ptz.position;
    try {
      if (position !== undefined) this.#ptz.place(position);
      const command = values.get("ptz") as PtzCommand | undefined;
      if (command !== undefined) this.#obey(command, client);
    } catch (error) {
      // all or none: what had moved before a part was refused goes back
      this.restore(
        new Map(PTZ_AXES.filter((axis) => position?.[axis] !== undefined).map((axis) => [axis, before[axis]])),
      );
      throw error;
    } finally {
      this.#isApplying = false;
    }
  }

  restore(values: SettingValues): void {
    const position = positionIn(values);
    if (position === undefined) return;
    try {
      this.#ptz.driver.place(position);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#log.warn(error.message);
    }
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  #obey(command: PtzCommand, client: string): void {
    if (command.move !== undefined) this.#ptz.move(command.move, client);
    else if (command.goto !== undefined) this.#goto(command.goto);
    else if (command.home !== undefined) this.#ptz.home();
    else this.#ptz.stop();
  }

  #goto(preset: string): void {
    try {
      this.#ptz.goto(preset);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== "not-found") throw error;
      throw new AppError("bad-request", error.message, { errorCode: "INVALID_VALUE", key: "ptz" });
    }
  }
}

function isAxis(key: SettingName): key is PtzAxis {
  return key === "pan" || key === "tilt" || key === "zoom";
}

/** Undefined when none of the axes is among the values. */
function positionIn(values: SettingValues): Partial<PtzPosition> | undefined {
  const given = PTZ_AXES.flatMap((axis) => {
    const value = values.get(axis);
    return typeof value === "number" ? [[axis, value] as const] : [];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
