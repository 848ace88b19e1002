import type { Json } from "../core/json.ts";
import type { SettingName } from "./keys.ts";

/** What a key can be on this device now. Members narrow the declaration's. */
export type SettingFacts =
  | {
      readonly supported: true;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly step?: number;
      readonly options?: readonly (string | number)[];
      /** The device's own default, where the declaration has none; a reset applies it. */
      readonly initial?: Json;
    }
  /** `reason` is a sentence without its end: "no light is configured". */
  | { readonly supported: false; readonly reason: string };

/** Values by key, in the order of `SETTINGS`. */
export type SettingValues = ReadonlyMap<SettingName, Json>;

/**
 * Why values are applied: `change`, somebody asks for them; `reset`, they are the defaults; `undo`, they are what was there before a
 * change that failed. The last two never contradict an automatic that is on: the values that it decides stand beside it and are its own from then on.
 */
export type Purpose = "change" | "reset" | "undo";

/** The part of the device that some keys belong to: it knows their values and brings new ones to the hardware. All calls but `carryOut` are synchronous and take milliseconds at most. */
export interface SettingOwner {
  readonly keys: readonly SettingName[];
  facts(key: SettingName): SettingFacts;
  /** The value as it really is now, rounding by the hardware included; undefined where it cannot be known. */
  read(key: SettingName): Json | undefined;
  /**
   * Applies values that fit declaration and facts, all or none. `client` names who asks, for what ends with that client.
   * Throws AppError `conflict` (contradicts another value, the message says which), `not-supported`, `unavailable`, `bad-request`.
   */
  apply(values: SettingValues, client: string, purpose: Purpose): void;
  /** Carries out an order (`Setting.isOrder`), which is never applied; resolves with its answer. Throws AppError `unavailable`. */
  carryOut?(key: SettingName, value: Json): Promise<Json>;
  /** Takes over what was persisted, before anything runs; applied as soon as the hardware is there and again whenever it comes back. Values that no longer fit are dropped, never thrown at. */
  restore(values: SettingValues): void;
  /** Calls `listener` when values change that nobody set: by the camera itself, a driver that failed, a move in progress, facts that changed with a replugged camera. */
  onChanged(listener: (keys: readonly SettingName[]) => void): void;
}
