import type { Lamp } from "./lamp.ts";

/** Stands where a configured driver cannot be used. */
export function createUnusableLamp(problem: string): Lamp {
  return { problem, set: () => undefined, read: () => 0, close: () => undefined };
}
