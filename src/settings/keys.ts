import * as v from "valibot";
import { decimal, oneOf, type Setting, size, structure, toggle, whole, word } from "./setting-kinds.ts";

/** The value of `overlay`. */
export type Overlay = {
  readonly enabled: boolean;
  readonly position: "top-left" | "top-right" | "bottom-left" | "bottom-right";
  /** strftime of the time shown, at most 64 characters; empty: no time. */
  readonly format: string;
  readonly text: string;
};

/** The value of `rotor`; `speed` in percent. */
export type Rotor = {
  readonly enabled: boolean;
  readonly direction: "clockwise" | "counterclockwise";
  readonly speed: number;
};

/** What `ptz` takes: exactly one of the members. Speeds −1…1, `timeout` in milliseconds. */
export type PtzCommand = {
  readonly move?: { readonly pan?: number; readonly tilt?: number; readonly zoom?: number; readonly timeout?: number };
  readonly stop?: boolean;
  readonly goto?: string;
  readonly home?: boolean;
};

/** A rectangle of the camera's picture, before rotation, flip and zoom: left, top, width, height, all 0–1. */
export type MotionZone = readonly [x: number, y: number, width: number, height: number];

/** A part of the week, in the device's time zone; `day` 0 is Sunday, times are `HH:MM`, `to` up to `24:00`. */
export type RecordingWindow = { readonly day: number; readonly from: string; readonly to: string };

/** The value of `record`; `pause_release` goes on after a pause and is never read back. */
type RecordOrder = boolean | "pause" | "pause_release";

const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"] as const;
const MAX_FORMAT_LENGTH = 64;
const MAX_TEXT_LENGTH = 128;
const MAX_MOVE_MS = 10_000;
const MAX_PRESET_ID_LENGTH = 64;
const MAX_WINDOWS = 64;
const MAX_ZONES = 16;

const shortText = (length: number) =>
  v.pipe(
    v.string("must be a text"),
    v.maxLength(length, `must have at most ${length} characters`),
    v.regex(/^\P{Cc}*$/u, "must not have control characters"),
  );
const yesOrNo = v.boolean("must be true or false");
const corner = v.picklist(CORNERS, `must be one of ${CORNERS.join(", ")}`);
const number = (minimum: number, maximum: number) => {
  const message = `must be between ${minimum} and ${maximum}`;
  return v.pipe(v.number("must be a number"), v.minValue(minimum, message), v.maxValue(maximum, message));
};
const speed = v.exactOptional(number(-1, 1));

const OVERLAY = v.strictObject({
  enabled: yesOrNo,
  position: corner,
  format: shortText(MAX_FORMAT_LENGTH),
  text: shortText(MAX_TEXT_LENGTH),
});
const ROTOR = v.strictObject({
  enabled: yesOrNo,
  direction: v.picklist(["clockwise", "counterclockwise"], "must be clockwise or counterclockwise"),
  speed: number(0, 100),
});
const PTZ = v.pipe(
  v.strictObject({
    move: v.exactOptional(
      v.strictObject({ pan: speed, tilt: speed, zoom: speed, timeout: v.exactOptional(number(1, MAX_MOVE_MS)) }),
    ),
    stop: v.exactOptional(v.literal(true, "must be true")),
    goto: v.exactOptional(shortText(MAX_PRESET_ID_LENGTH)),
    home: v.exactOptional(v.literal(true, "must be true")),
  }),
  v.check((command) => Object.keys(command).length === 1, "must be one of move, stop, goto, home"),
);

const RECORD = v.pipe(
  v.union(
    [v.boolean(), v.picklist(["on", "off", "pause", "pause_release"])],
    "must be true, false, on, off, pause or pause_release",
  ),
  v.transform((wanted) => (wanted === "on" ? true : wanted === "off" ? false : wanted)),
);

const ZONES = v.pipe(
  v.array(
    v.pipe(
      v.strictTuple([number(0, 1), number(0, 1), number(0, 1), number(0, 1)], "must be [x, y, width, height]"),
      v.check(([x, y, width, height]) => x + width <= 1.0001 && y + height <= 1.0001, "must lie in the picture"),
    ),
    "must be a list of [x, y, width, height]",
  ),
  v.maxLength(MAX_ZONES, `must have at most ${MAX_ZONES} zones`),
);
const SCHEDULE = v.pipe(
  v.array(
    v.strictObject({
      day: v.picklist([0, 1, 2, 3, 4, 5, 6], "must be 0 (Sunday) to 6"),
      from: v.pipe(v.string("must be HH:MM"), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM")),
      to: v.pipe(v.string("must be HH:MM"), v.regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be HH:MM")),
    }),
    "must be a list of {day, from, to}",
  ),
  v.maxLength(MAX_WINDOWS, `must have at most ${MAX_WINDOWS} windows`),
);

/** State that others report; never written by clients. */
const reported = (read: "Device_r" | "Media_r" | "Storage_r" | "System_r", onRequest: boolean) =>
  ({ read, write: undefined, persisted: false, onRequest }) as const;
const anything = v.custom<never>(() => false);
/** Set at run time by something that is not to come back after a restart. */
const PASSING = { persisted: false } as const;

/**
 * Every setting by its name: the one declaration that REST, WebSocket, the API document, the page and ONVIF imaging read.
 * Contract: websocket.md, "Keys". Changes of several keys are applied in this order, automatics before what they rule.
 */
export const SETTINGS = {
  // first: what follows is the programme's
  "main-camera": oneOf([1, 2], { initial: 1 }),
  "pip-mode": word(["off", ...CORNERS], { initial: "off" }),
  brightness: whole(0, 100),
  contrast: whole(0, 100),
  saturation: whole(0, 100),
  hue: whole(-180, 180),
  sharpness: whole(0, 100),
  "auto-exposure": toggle(),
  exposure: whole(1, 1_000_000, { unit: "µs" }),
  gain: whole(0, 100),
  "auto-white-balance": toggle(),
  "white-balance": whole(2000, 10_000, { unit: "K" }),
  "red-gain": whole(0, 100),
  "blue-gain": whole(0, 100),
  "auto-focus": toggle(),
  focus: whole(0, 100),
  "noise-suppression": toggle(),
  resolution: size(),
  fps: whole(5, 60, { unit: "1/s" }),
  bitrate: whole(100, 50_000, { unit: "kbit/s", initial: 4000 }),
  "adaptive-bitrate": toggle({ initial: false }),
  "bitrate-min": whole(100, 50_000, { unit: "kbit/s" }),
  "bitrate-max": whole(100, 50_000, { unit: "kbit/s" }),
  gop: whole(1, 300, { unit: "frames" }),
  "stream2-resolution": size(),
  "stream2-fps": whole(1, 60, { unit: "1/s" }),
  "stream2-bitrate": whole(100, 50_000, { unit: "kbit/s", initial: 500 }),
  rotation: oneOf([0, 90, 180, 270], { unit: "°", initial: 0 }),
  flip: word(["none", "horizontal", "vertical", "both"], { initial: "none" }),
  overlay: structure<Overlay>("object", OVERLAY, {
    merges: true,
    initial: { enabled: false, position: "top-left", format: "%Y-%m-%d %H:%M:%S", text: "" },
  }),
  zoom: decimal(1, 10, { initial: 1, follows: true }),
  pan: decimal(-1, 1, { initial: 0, follows: true }),
  tilt: decimal(-1, 1, { initial: 0, follows: true }),
  ptz: structure<PtzCommand>("object", PTZ, { read: undefined, ...PASSING }),
  rotor: structure<Rotor>("object", ROTOR, {
    merges: true,
    initial: { enabled: false, direction: "clockwise", speed: 50 },
  }),
  "cam1-light": toggle({ initial: false }),
  "cam1-light-level": whole(0, 100, { unit: "%", initial: 100 }),
  "cam2-light": toggle({ initial: false }),
  "cam2-light-level": whole(0, 100, { unit: "%", initial: 100 }),
  // what a recording is made with, before it begins
  "record-mode": word(["video", "timelapse"], { initial: "video", read: "Media_r", write: "Media_rw" }),
  "timelapse-interval": whole(100, 3_600_000, { unit: "ms", initial: 1000, read: "Media_r", write: "Media_rw" }),
  record: structure<RecordOrder>("boolean", RECORD, { read: "Media_r", write: "Media_rw", ...PASSING }),
  snap: structure<true>("boolean", v.literal(true, "must be true"), {
    ...{ read: undefined, write: "Media_rw", isOrder: true },
    ...PASSING,
  }),
  "motion-detection": toggle({ initial: false }),
  "motion-sensitivity": whole(0, 100, { initial: 50 }),
  "motion-zones": structure<readonly MotionZone[]>("array", ZONES, { initial: [] }),
  motion: toggle(reported("Device_r", false)),
  "record-on-motion": toggle({ initial: false, read: "Media_r", write: "Media_rw" }),
  "record-schedule": structure<readonly RecordingWindow[]>("array", SCHEDULE, {
    initial: [],
    read: "Media_r",
    write: "Media_rw",
  }),
  "pre-roll": whole(0, 10, { unit: "s", initial: 0, read: "Media_r", write: "Media_rw" }),
  "jpeg-quality": whole(1, 100, { initial: 85 }),
  "cam1-exists": toggle(reported("Device_r", false)),
  "cam2-exists": toggle(reported("Device_r", false)),
  "setting-presets": structure("array", anything, reported("Device_r", false)),
  streams: structure("object", anything, reported("Media_r", true)),
  viewers: structure("object", anything, reported("Media_r", true)),
  storage: structure("object", anything, reported("Storage_r", true)),
  temperature: structure("object", anything, reported("System_r", true)),
  warnings: structure("array", anything, reported("System_r", true)),
} as const satisfies Readonly<Record<string, Setting>>;

/** The name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** Other names that clients may use. */
export const SETTING_ALIASES: Readonly<Record<string, SettingName>> = { "noise-supression": "noise-suppression" };
