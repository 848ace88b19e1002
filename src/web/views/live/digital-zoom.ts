const MAX_FACTOR = 8;

/** Which part of the picture is seen: magnified `factor` times, its corner at (`x`, `y`) of the stage, in CSS pixels. */
export interface Magnification {
  readonly factor: number;
  readonly x: number;
  readonly y: number;
}

/** A place or size on the stage. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** All of the picture. */
export const WHOLE: Magnification = { factor: 1, x: 0, y: 0 };

/** Magnifies `times` as much, keeping what is seen at `at` where it is. `stage`: its width and height. */
export function magnified({ factor, x, y }: Magnification, times: number, at: Point, stage: Point): Magnification {
  const next = Math.min(MAX_FACTOR, Math.max(1, factor * times));
  const ratio = next / factor;
  return kept({ factor: next, x: at.x - (at.x - x) * ratio, y: at.y - (at.y - y) * ratio }, stage);
}

/** Moves what is seen, no further than the picture's edges. */
export function shifted({ factor, x, y }: Magnification, by: Point, stage: Point): Magnification {
  return kept({ factor, x: x + by.x, y: y + by.y }, stage);
}

/** Keeps what is seen where a stage of the size `from` becomes one of the size `to`. */
export function resized({ factor, x, y }: Magnification, from: Point, to: Point): Magnification {
  return kept({ factor, x: (x * to.x) / Math.max(1, from.x), y: (y * to.y) / Math.max(1, from.y) }, to);
}

/** The picture always fills the stage. */
function kept({ factor, x, y }: Magnification, stage: Point): Magnification {
  const bounded = (value: number, length: number) => Math.min(0, Math.max(length - length * factor, value));
  return { factor, x: bounded(x, stage.x), y: bounded(y, stage.y) };
}
