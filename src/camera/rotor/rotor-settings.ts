import type { Json } from "../../core/json.ts";
import type { Rotor, SettingName } from "../../settings/keys.ts";
import { SettingChanges } from "../../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../../settings/setting-owner.ts";

/** A motor that turns. */
export interface RotorDrive {
  /** Why it cannot be used here, a sentence without its end; undefined when it can. */
  readonly problem: string | undefined;
  /** −100…100 percent, clockwise above 0. */
  turn(speedPercent: number): void;
  /** The motor stops: nobody is there to stop it later. */
  close(): void;
}

const STILL: Rotor = { enabled: false, direction: "clockwise", speed: 50 };

/** The motor's settings; all drives of the camera follow. */
export class RotorSettings implements SettingOwner {
  readonly keys = ["rotor"] as const satisfies readonly SettingName[];
  readonly #drives: readonly RotorDrive[];
  readonly #changes = new SettingChanges();
  #rotor = STILL;

  constructor(drives: readonly RotorDrive[]) {
    this.#drives = drives;
  }

  facts(): SettingFacts {
    if (this.#drives.some(({ problem }) => problem === undefined)) return { supported: true };
    return { supported: false, reason: this.#drives[0]?.problem ?? "no rotor is configured" };
  }

  read(): Json {
    return this.#rotor;
  }

  apply(values: SettingValues): void {
    const rotor = values.get("rotor") as Rotor | undefined;
    if (rotor === undefined) return;
    this.#rotor = rotor;
    for (const drive of this.#drives) drive.turn(speedOf(rotor));
  }

  restore(values: SettingValues): void {
    this.apply(values);
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  /** A drive can be used that could not be, or the other way round. */
  tell(): void {
    this.#changes.tell(this.keys);
  }

  /** A drive kept the speed that it had before. */
  followDrive(speedPercent: number): void {
    const { direction, speed } = this.#rotor;
    this.#rotor =
      speedPercent === 0
        ? { enabled: false, direction, speed }
        : {
            enabled: true,
            direction: speedPercent > 0 ? "clockwise" : "counterclockwise",
            speed: Math.abs(speedPercent),
          };
    this.tell();
  }

  close(): void {
    for (const drive of this.#drives) drive.close();
  }
}

function speedOf({ enabled, direction, speed }: Rotor): number {
  return enabled ? (direction === "clockwise" ? speed : -speed) : 0;
}
