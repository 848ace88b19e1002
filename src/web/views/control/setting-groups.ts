import type { SettingName } from "../../../settings/keys.ts";
import type { Text } from "../../text/en.ts";

/** What this view sets. */
export type KnobName = keyof Text["control"]["settings"] & SettingName;

/** What is set on one tab, and kept together by presets. */
export type Part = "image" | "streams" | "overlay";

/** Settings that stand under one heading. */
export interface SettingGroup {
  readonly name: keyof Text["control"]["groups"];
  readonly keys: readonly KnobName[];
}

/** What stands on the tabs that are made of groups, in order: automatics before what they rule. */
export const GROUPS: Readonly<Record<"image" | "streams", readonly SettingGroup[]>> = {
  image: [
    { name: "light", keys: ["brightness", "contrast", "saturation", "hue", "sharpness", "noise-suppression"] },
    { name: "exposure", keys: ["auto-exposure", "exposure", "gain"] },
    { name: "white", keys: ["auto-white-balance", "white-balance", "red-gain", "blue-gain"] },
    { name: "focus", keys: ["auto-focus", "focus"] },
  ],
  streams: [
    { name: "main", keys: ["resolution", "fps", "bitrate", "gop"] },
    { name: "sub", keys: ["stream2-resolution", "stream2-fps", "stream2-bitrate"] },
    { name: "adaptive", keys: ["adaptive-bitrate", "bitrate-min", "bitrate-max"] },
    { name: "orientation", keys: ["rotation", "flip"] },
    { name: "stills", keys: ["jpeg-quality"] },
  ],
};

const keysOf = (groups: readonly SettingGroup[]) => groups.flatMap(({ keys }) => keys);

/** The settings of each part. */
export const PART_KEYS: Readonly<Record<Part, readonly KnobName[]>> = {
  image: keysOf(GROUPS.image),
  streams: keysOf(GROUPS.streams),
  overlay: ["overlay"],
};

/** Everything that this view sets. */
export const KNOBS: readonly KnobName[] = [...PART_KEYS.image, ...PART_KEYS.streams, ...PART_KEYS.overlay];

/** What before and after differ in: what changes the picture without beginning a stream anew. */
export const COMPARED: readonly KnobName[] = [...PART_KEYS.image, "flip", "overlay"];

/** Which automatic rules a value while it is on; gain only where the camera has an automatic of its own for it, which it does not tell. */
export const RULED_BY: Readonly<Partial<Record<KnobName, KnobName>>> = {
  exposure: "auto-exposure",
  gain: "auto-exposure",
  "white-balance": "auto-white-balance",
  "red-gain": "auto-white-balance",
  "blue-gain": "auto-white-balance",
  focus: "auto-focus",
};

/** Ranges of several powers of ten, in which equal ways are equal factors. */
export const LOGARITHMIC: ReadonlySet<KnobName> = new Set([
  "exposure",
  "bitrate",
  "bitrate-min",
  "bitrate-max",
  "stream2-bitrate",
]);
