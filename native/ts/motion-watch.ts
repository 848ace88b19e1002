import { MOTION, MOTION_GRID } from "./structs.ts";

/** A rectangle of the camera's picture, before rotation, flip and zoom; all 0–1, from the upper left corner. */
export interface MotionZone {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What counts as motion. */
export interface MotionWatch {
  /** By how much the mean luma of a cell (the picture has 32 × 18) has to differ from what it was, 1–255. */
  readonly step: number;
  /** Of the watched cells that have to, 1–1000. */
  readonly permille: number;
  /** Empty: the whole picture. A cell is watched when a zone covers its middle. */
  readonly zones: readonly MotionZone[];
}

/** Writes a bv_motion. */
export function packMotion(watch: MotionWatch | undefined): Uint8Array {
  const at = MOTION.offset;
  const bytes = new Uint8Array(MOTION.size);
  if (watch === undefined) return bytes;
  const view = new DataView(bytes.buffer);
  view.setUint32(at.enabled, 1, true);
  view.setUint32(at.step, watch.step, true);
  view.setUint32(at.permille, watch.permille, true);
  const { columns, rows } = MOTION_GRID;
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = ((cell % columns) + 0.5) / columns;
    const y = (Math.floor(cell / columns) + 0.5) / rows;
    bytes[at.cells + cell] = watch.zones.length === 0 || watch.zones.some((zone) => covers(zone, x, y)) ? 1 : 0;
  }
  return bytes;
}

function covers(zone: MotionZone, x: number, y: number): boolean {
  return x >= zone.x && x < zone.x + zone.width && y >= zone.y && y < zone.y + zone.height;
}
