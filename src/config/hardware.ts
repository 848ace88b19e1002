import * as v from "valibot";

const MAX_ARGUMENTS = 32;
const MAX_ARGUMENT_LENGTH = 1024;

const path = v.pipe(v.string(), v.startsWith("/"), v.maxLength(MAX_ARGUMENT_LENGTH));
const name = v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/));
const line = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
/** Program and arguments, run without a shell. */
const argumentList = v.pipe(
  v.array(v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ARGUMENT_LENGTH))),
  v.minLength(1),
  v.maxLength(MAX_ARGUMENTS),
);
/** 1 is the first camera. */
const camera = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2)), 1);

const digital = v.strictObject({ driver: v.literal("digital"), camera });
const v4l2 = v.strictObject({ driver: v.literal("v4l2"), camera });
const stepper = v.strictObject({
  driver: v.literal("stepper"),
  camera,
  chip: path,
  enable_line: line,
  direction_line: line,
  step_line: line,
  fault_line: v.optional(line),
});
const pelcoD = v.strictObject({
  driver: v.literal("pelco-d"),
  camera,
  port: path,
  address: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)),
  baud: v.optional(v.picklist([2400, 4800, 9600, 19200]), 9600),
});
const command = v.strictObject({ driver: v.literal("command"), camera, command: argumentList });

/** `[[light]]`: one lamp. Drivers: contract device.md. */
export const LIGHT = v.variant("driver", [
  v.strictObject({ driver: v.literal("led"), camera, name }),
  v.strictObject({ driver: v.literal("gpio"), camera, chip: path, line, active_low: v.optional(v.boolean(), false) }),
  v.strictObject({ driver: v.literal("pwm"), camera, chip: path, channel: line }),
  command,
]);
/** `[[ptz]]`: what moves a camera. */
export const PTZ = v.variant("driver", [digital, v4l2, stepper, pelcoD, command]);
/** `[[rotor]]`: the motor that turns a camera. */
export const ROTOR = v.variant("driver", [digital, v4l2, stepper, pelcoD, command]);

/** A checked `[[light]]`. */
export type LightConfig = v.InferOutput<typeof LIGHT>;
/** A checked `[[ptz]]`. */
export type PtzConfig = v.InferOutput<typeof PTZ>;
/** A checked `[[rotor]]`. */
export type RotorConfig = v.InferOutput<typeof ROTOR>;
