import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { SettingName } from "./keys.ts";
import { settingNamed, settingOf } from "./setting-check.ts";
import type { SettingOwner, SettingValues } from "./setting-owner.ts";

/** What of a change is an order (`Setting.isOrder`), not a value. */
export function ordersIn(values: SettingValues): SettingValues {
  return new Map([...values].filter(([key]) => settingOf(key).isOrder));
}

/** A client's changes without their orders. Throws AppError `bad-request` for an unknown key. */
export function withoutOrders(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(changes).filter(([key]) => !settingOf(settingNamed(key)).isOrder));
}

/** Carries orders out one after the other; resolves with their answers. Throws the first failure, with its key. */
export async function carryOut(
  orders: SettingValues,
  owners: ReadonlyMap<SettingName, SettingOwner>,
): Promise<SettingValues> {
  const answers = new Map<SettingName, Json>();
  for (const [key, value] of orders) {
    try {
      answers.set(key, (await owners.get(key)?.carryOut?.(key, value)) ?? null);
    } catch (error) {
      throw error instanceof AppError ? new AppError(error.kind, error.message, { key, ...error.detail }) : error;
    }
  }
  return answers;
}
