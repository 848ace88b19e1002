import type { MotionZone } from "../../../settings/keys.ts";

/** A rectangle of the picture as it is shown, 0–1. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How the camera turns its picture before it shows it: clockwise in degrees, then mirrored. */
export interface Turn {
  readonly rotation: number;
  readonly flip: string;
}

/** Smaller ones cannot be taken hold of. */
export const MIN_SIDE = 0.02;
const DIGITS = 4;

/** Where a zone of the camera's picture is seen. */
export function shownZone([x, y, width, height]: MotionZone, { rotation, flip }: Turn): Rectangle {
  return flipped(rotated({ x, y, width, height }, rotation), flip);
}

/** The zone of the camera's picture that is seen there. */
export function cameraZone(shown: Rectangle, { rotation, flip }: Turn): MotionZone {
  const { x, y, width, height } = rotated(flipped(shown, flip), (360 - rotation) % 360);
  const [left, top] = [rounded(x), rounded(y)];
  return [left, top, rounded(Math.min(width, 1 - left)), rounded(Math.min(height, 1 - top))];
}

/** The rectangle between two points, within the picture. */
export function between(x1: number, y1: number, x2: number, y2: number): Rectangle {
  const [left, right] = [within(Math.min(x1, x2), 0, 1), within(Math.max(x1, x2), 0, 1)];
  const [top, bottom] = [within(Math.min(y1, y2), 0, 1), within(Math.max(y1, y2), 0, 1)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Moved, but not out of the picture. */
export function moved({ x, y, width, height }: Rectangle, dx: number, dy: number): Rectangle {
  return { x: within(x + dx, 0, 1 - width), y: within(y + dy, 0, 1 - height), width, height };
}

/** Made larger or smaller at its right lower corner. */
export function resized({ x, y, width, height }: Rectangle, dx: number, dy: number): Rectangle {
  return {
    x,
    y,
    width: within(width + dx, Math.min(MIN_SIDE, 1 - x), 1 - x),
    height: within(height + dy, Math.min(MIN_SIDE, 1 - y), 1 - y),
  };
}

function rotated({ x, y, width, height }: Rectangle, degrees: number): Rectangle {
  switch (degrees) {
    case 90:
      return { x: 1 - y - height, y: x, width: height, height: width };
    case 180:
      return { x: 1 - x - width, y: 1 - y - height, width, height };
    case 270:
      return { x: y, y: 1 - x - width, width: height, height: width };
    default:
      return { x, y, width, height };
  }
}

function flipped({ x, y, width, height }: Rectangle, flip: string): Rectangle {
  return {
    x: flip === "horizontal" || flip === "both" ? 1 - x - width : x,
    y: flip === "vertical" || flip === "both" ? 1 - y - height : y,
    width,
    height,
  };
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function rounded(value: number): number {
  return Number(within(value, 0, 1).toFixed(DIGITS));
}
