import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { SettingName } from "../../settings/keys.ts";
import { SettingChanges } from "../../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../../settings/setting-owner.ts";
import type { Lamp } from "./lamp.ts";

interface Light {
  readonly on: boolean;
  /** Percent; kept while it is off. */
  readonly level: number;
}

const OFF: Light = { on: false, level: 100 };

/** The lights of one camera: all its lamps follow one switch and one level. */
export class LightSettings implements SettingOwner {
  readonly keys: readonly SettingName[];
  readonly #switch: SettingName;
  readonly #level: SettingName;
  readonly #lamps: readonly Lamp[];
  readonly #log: Log;
  readonly #changes = new SettingChanges();
  #wanted = OFF;
  /** What the lamps were told last. */
  #sent: number | undefined;

  constructor(camera: 1 | 2, lamps: readonly Lamp[], log: Log) {
    this.#switch = `cam${camera}-light`;
    this.#level = `cam${camera}-light-level`;
    this.keys = [this.#switch, this.#level];
    this.#lamps = lamps;
    this.#log = log;
  }

  facts(): SettingFacts {
    if (this.#usable.length > 0) return { supported: true };
    // what was configured says more than what is built in
    return { supported: false, reason: this.#lamps[0]?.problem ?? "no light is configured" };
  }

  read(key: SettingName): Json | undefined {
    const [lamp] = this.#usable;
    if (lamp === undefined) return undefined;
    const percent = lamp.read();
    if (key === this.#level) return percent > 0 ? percent : this.#wanted.level;
    return percent > 0 || (this.#wanted.on && this.#wanted.level === 0);
  }

  apply(values: SettingValues): void {
    const before = this.#usable.map((lamp) => [lamp, lamp.read()] as const);
    const wanted = this.#with(values);
    const percent = percentOf(wanted);
    if (percent === this.#sent && before.every(([, now]) => now === percent)) {
      this.#wanted = wanted;
      return;
    }
    try {
      for (const [lamp] of before) lamp.set(percent);
    } catch (error) {
      for (const [lamp, old] of before) if (lamp.read() !== old) lamp.set(old);
      throw error;
    }
    this.#wanted = wanted;
    this.#sent = percent;
    this.#attemptAll(this.#lamps.filter(({ problem }) => problem !== undefined));
  }

  /** A light that was never set is left as it is. */
  restore(values: SettingValues): void {
    if (!this.keys.some((key) => values.has(key))) return;
    this.#wanted = this.#with(values);
    for (const message of this.#attemptAll(this.#lamps)) this.#log.warn(message);
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  /** A lamp is no longer as it was told, or another one can be used. */
  tell(): void {
    this.#changes.tell(this.keys);
  }

  close(): void {
    for (const lamp of this.#lamps) lamp.close();
  }

  /** Sets lamps that need not be there; returns what failed. */
  #attemptAll(lamps: readonly Lamp[]): readonly string[] {
    return lamps.flatMap((lamp) => {
      try {
        lamp.set(percentOf(this.#wanted));
        return [];
      } catch (error) {
        if (error instanceof AppError) return [error.message];
        throw error;
      }
    });
  }

  get #usable(): readonly Lamp[] {
    return this.#lamps.filter(({ problem }) => problem === undefined);
  }

  #with(values: SettingValues): Light {
    const [on, level] = [values.get(this.#switch), values.get(this.#level)];
    return {
      on: typeof on === "boolean" ? on : this.#wanted.on,
      level: typeof level === "number" ? level : this.#wanted.level,
    };
  }
}

function percentOf({ on, level }: Light): number {
  return on ? level : 0;
}
