import * as v from "valibot";
import type { Immutable } from "../../core/immutable.ts";

/** As long as a line in a list may be. */
const MAX_NAME_LENGTH = 64;
/** As `ptz` of the settings. */
const MAX_MOVE_MS = 10_000;
const DURATION = `must be between 1 and ${MAX_MOVE_MS}`;
const SPEED = "must be between -1 and 1";

const speed = v.optional(v.pipe(v.number("must be a number"), v.minValue(-1, SPEED), v.maxValue(1, SPEED)));

/** `POST /api/ptz/move`: speeds of the axes that shall move; `timeout` in milliseconds. */
export const MoveBody = v.strictObject({
  pan: speed,
  tilt: speed,
  zoom: speed,
  timeout: v.optional(v.pipe(v.number("must be a number"), v.minValue(1, DURATION), v.maxValue(MAX_MOVE_MS, DURATION))),
});

/** A checked one. */
export type MoveBody = v.InferOutput<typeof MoveBody>;

/** `POST /api/ptz/presets`. */
export const PresetBody = v.strictObject({
  name: v.pipe(
    v.string("must be a text"),
    v.trim(),
    v.nonEmpty("must not be empty"),
    v.maxLength(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`),
    v.regex(/^\P{Cc}*$/u, "must not have control characters"),
  ),
});

/** The preset in a path. */
export const PresetParams = v.object({ id: v.string() });

const position = { pan: v.number(), tilt: v.number(), zoom: v.number() };

/** One preset: pan and tilt −1…1, zoom 1–10. */
export const Preset = v.object({ id: v.string(), name: v.string(), ...position });

/** A position with a name. */
export type Preset = Immutable<v.InferOutput<typeof Preset>>;

/** Where the camera looks, and whether it moves. */
export const PtzStatus = v.object({ ...position, moving: v.boolean() });

/** Now. */
export type PtzStatus = Immutable<v.InferOutput<typeof PtzStatus>>;
