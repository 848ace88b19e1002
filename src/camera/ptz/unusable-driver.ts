import { PTZ_HOME, type PtzDriver } from "./driver.ts";

/** Stands where a configured driver cannot be used. */
export function createUnusableDriver(problem: string): PtzDriver {
  return {
    problem,
    placeable: new Set(),
    running: new Set(),
    isDigital: false,
    isOnTheWay: false,
    read: () => PTZ_HOME,
    place: () => undefined,
    run: () => undefined,
    onChanged: () => undefined,
    close: () => undefined,
  };
}
