import type { Json } from "../../../core/json.ts";
import type { HttpApi } from "../../api/http.ts";
import { type KnobName, RULED_BY } from "./setting-groups.ts";

/** Values by setting. */
export type Values = Readonly<Partial<Record<KnobName, Json>>>;

/** Whether two values are the same, members in any order. */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([name, value]) => sameValue(value, right.get(name)));
}

/** What of `values` can be asked for at once: what an automatic among them decides by itself is left to it. */
export function settable(values: Values): Values {
  const isFree = (key: KnobName) => {
    const automatic = RULED_BY[key];
    return automatic === undefined || values[automatic] !== true;
  };
  return Object.fromEntries(Object.entries(values).filter(([key]) => isFree(key as KnobName)));
}

/** Whether the camera has all of `wanted` already. */
export function areInForce(wanted: Values, present: Values): boolean {
  return Object.entries(settable(wanted)).every(([key, value]) => sameValue(value, present[key as KnobName]));
}

/** Sets values all or none, the camera puts them in order; also while the page goes away. Throws `RequestError`. */
export async function sendValues(http: HttpApi, values: Values): Promise<void> {
  await http.request("/api/settings", { method: "POST", body: JSON.stringify(settable(values)), keepalive: true });
}

/** Restores defaults. Throws `RequestError`. */
export async function resetValues(http: HttpApi, keys: readonly KnobName[]): Promise<void> {
  await http.send("POST", "/api/settings/reset", { keys });
}
