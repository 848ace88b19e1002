import type { Json } from "../core/json.ts";
import type { Permission } from "../identity/permissions.ts";
import type { SettingName } from "./keys.ts";
import { settingOf } from "./setting-check.ts";
import type { SettingFacts } from "./setting-owner.ts";

/** A key as the API shows it. */
export type SettingDescription = {
  readonly type: string;
  readonly supported: boolean;
  readonly reason?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly step?: number;
  readonly options?: readonly (string | number)[];
  readonly unit?: string;
  readonly default?: Json;
  readonly read?: Permission;
  readonly write?: Permission;
};

/** Puts declaration and facts of a setting together; the facts narrow the declaration. */
export function describeSetting(key: SettingName, { supported, ...facts }: SettingFacts): SettingDescription {
  const { type, minimum, maximum, options, unit, initial, read, write } = settingOf(key);
  const { initial: own, ...narrowed } = { initial: undefined, ...facts };
  const standard = initial ?? own;
  return {
    type,
    supported,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(options === undefined ? {} : { options }),
    ...(unit === undefined ? {} : { unit }),
    ...(standard === undefined ? {} : { default: standard }),
    ...(read === undefined ? {} : { read }),
    ...(write === undefined ? {} : { write }),
    ...narrowed,
  };
}
