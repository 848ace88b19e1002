import { PICTURE_STAGE, TEST_SCENE, writeText } from "./structs.ts";

/** Where the overlay, or an inset, stands. */
export type OverlayPosition = "top-left" | "top-right" | "bottom-left" | "bottom-right";

/** Time and text, burned into both streams and stills. */
export interface Overlay {
  readonly position: OverlayPosition;
  /** strftime, local time of the machine; at most 255 bytes of UTF-8. Empty: no time. */
  readonly format: string;
  /** Follows the time; at most 511 bytes of UTF-8. What the font lacks (see `canDrawText`) is drawn as a box. */
  readonly text: string;
}

/** What is made of pictures between the source and the encoders, in this order: rotation, flip, zoom, image, then the inset, overlay. */
export interface PictureStage {
  /** 1–10: enlarges a part of the picture. Rounded to thousandths, as are pan and tilt. */
  readonly zoom: number;
  /** −1 (left edge, as the viewer sees it) to 1 (right edge); without effect at zoom 1. */
  readonly pan: number;
  /** −1 (bottom) to 1 (top). */
  readonly tilt: number;
  /** Degrees clockwise. Streams keep their configured sizes: at 90 and 270 swap width and height with `Pipeline.configureStream`. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly flip: "none" | "horizontal" | "vertical" | "both";
  /** −100 to 100 each, whole numbers; 0 leaves the picture as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly overlay?: Overlay;
}

/** What the test source shows. */
export interface TestScene {
  /** Light on the picture, 0 (off) to 100. */
  readonly lightPercent: number;
  /** −1 to 1 of two turns in a second, clockwise. */
  readonly rotorSpeed: number;
}

/** Pictures stay as they are, and a camera's own H.264 may be handed on. */
export const NEUTRAL_STAGE: PictureStage = {
  zoom: 1,
  pan: 0,
  tilt: 0,
  rotation: 0,
  flip: "none",
  brightness: 0,
  contrast: 0,
  saturation: 0,
};

const FLIP = { none: 0, horizontal: 1, vertical: 2, both: 3 } as const;
/** Bits of BV_OVERLAY_RIGHT and BV_OVERLAY_BOTTOM. */
export const CORNER_BITS = { "top-left": 0, "top-right": 1, "bottom-left": 2, "bottom-right": 3 } as const;
const FORMAT_BYTES = 256;
const TEXT_BYTES = 512;
const MILLI = 1000;

/** True: the stage costs nothing and does not keep a camera's own H.264 from being handed on. */
export function isNeutralStage(stage: PictureStage): boolean {
  return (
    Math.round(stage.zoom * MILLI) === MILLI &&
    stage.rotation === 0 &&
    stage.flip === "none" &&
    stage.brightness === 0 &&
    stage.contrast === 0 &&
    stage.saturation === 0 &&
    stage.overlay === undefined
  );
}

/** Writes a bv_stage. Texts are brought to their composed form, which is what the font has. RangeError when they are too long. */
export function packStage(stage: PictureStage): Uint8Array {
  const at = PICTURE_STAGE.offset;
  const bytes = new Uint8Array(PICTURE_STAGE.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.zoom_milli, Math.round(stage.zoom * MILLI), true);
  view.setInt32(at.pan_milli, Math.round(stage.pan * MILLI), true);
  view.setInt32(at.tilt_milli, Math.round(stage.tilt * MILLI), true);
  view.setUint32(at.rotation, stage.rotation, true);
  view.setUint32(at.flip, FLIP[stage.flip], true);
  view.setInt32(at.brightness, stage.brightness, true);
  view.setInt32(at.contrast, stage.contrast, true);
  view.setInt32(at.saturation, stage.saturation, true);
  if (stage.overlay === undefined) return bytes;
  view.setUint32(at.overlay_enabled, 1, true);
  view.setUint32(at.overlay_position, CORNER_BITS[stage.overlay.position], true);
  writeText(bytes, at.overlay_format, FORMAT_BYTES, stage.overlay.format.normalize("NFC"));
  writeText(bytes, at.overlay_text, TEXT_BYTES, stage.overlay.text.normalize("NFC"));
  return bytes;
}

/** Writes a bv_scene. */
export function packScene(scene: TestScene): Uint8Array {
  const at = TEST_SCENE.offset;
  const bytes = new Uint8Array(TEST_SCENE.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.light_percent, scene.lightPercent, true);
  view.setInt32(at.rotor_speed_permille, Math.round(scene.rotorSpeed * MILLI), true);
  return bytes;
}
