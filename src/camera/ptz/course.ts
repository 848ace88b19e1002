import { PTZ_RANGE, type PtzAxis, type PtzPosition, type PtzSpeed } from "./driver.ts";

/** Axes that clients move together: each group goes its own way. */
export type PtzGroup = "panTilt" | "zoom";

/** Both. */
export const PTZ_GROUPS: readonly PtzGroup[] = ["panTilt", "zoom"];
/** What is in them. */
export const GROUP_AXES: Readonly<Record<PtzGroup, readonly PtzAxis[]>> = { panTilt: ["pan", "tilt"], zoom: ["zoom"] };

/** Where some axes go: on and on at a speed, or to a place. */
export interface Course {
  readonly client: string;
  /** Those that still follow it. */
  groups: readonly PtzGroup[];
  readonly speed: PtzSpeed;
  /** Undefined: on and on. */
  readonly place?: { readonly to: PtzPosition; secondsLeft: number } | undefined;
  readonly cancel: () => void;
}

/** The whole range of pan and tilt in 2 s at speed 1 and zoom 1; on and on it is slower in proportion when enlarged. */
const UNITS_PER_S = 1;
/** Growth that goes through the whole range of zoom in 2 s. */
const ZOOM_GROWTH_PER_S = Math.log(PTZ_RANGE.zoom.maximum / PTZ_RANGE.zoom.minimum) / 2;
/** Slower ones arrive too. */
const SLOWEST = 0.01;

/** Seconds that a group needs from one place to another at a speed of 0–1; 0: it is there. */
export function travelSeconds(group: PtzGroup, from: PtzPosition, to: PtzPosition, speed: number): number {
  const seconds = GROUP_AXES[group].map((axis) =>
    axis === "zoom"
      ? Math.abs(Math.log(to.zoom / from.zoom)) / ZOOM_GROWTH_PER_S
      : Math.abs(to[axis] - from[axis]) / UNITS_PER_S,
  );
  return Math.max(...seconds) / Math.max(speed, SLOWEST);
}

/** Where an axis of the course is some time later. */
export function advanced({ speed, place }: Course, axis: PtzAxis, from: PtzPosition, elapsedS: number): number {
  if (place !== undefined) {
    const share = Math.min(1, elapsedS / place.secondsLeft);
    if (share === 1) return place.to[axis];
    if (axis === "zoom") return from.zoom * (place.to.zoom / from.zoom) ** share;
    return from[axis] + (place.to[axis] - from[axis]) * share;
  }
  if (axis === "zoom") return from.zoom * Math.exp(speed.zoom * ZOOM_GROWTH_PER_S * elapsedS);
  return from[axis] + (speed[axis] * UNITS_PER_S * elapsedS) / from.zoom;
}
