import type { SettingName } from "../../../settings/keys.ts";
import type { SettingsStore } from "../../../settings/settings-store.ts";

/** What of the settings the service needs. */
export type ImagingStore = Pick<SettingsStore, "describe" | "read" | "update">;

/** A number of `tt:ImagingSettings20`, or of one of its groups. */
export interface NumberMember {
  readonly name: string;
  /** In the options, where it is called otherwise. */
  readonly option?: string;
  readonly key: SettingName;
}

/** A group with an automatic. */
export interface GroupMember {
  readonly name: string;
  /** The member that tells AUTO or MANUAL, in the settings and in the options. */
  readonly mode: string;
  readonly modeOption: string;
  readonly automatic: SettingName;
  readonly values: readonly NumberMember[];
  /** Further settings that the group is there for. */
  readonly beside?: readonly SettingName[];
}

/** In the schema's order, which is that of the options too. */
export const MEMBERS: readonly (NumberMember | GroupMember)[] = [
  { name: "Brightness", key: "brightness" },
  { name: "ColorSaturation", key: "saturation" },
  { name: "Contrast", key: "contrast" },
  {
    name: "Exposure",
    mode: "Mode",
    modeOption: "Mode",
    automatic: "auto-exposure",
    values: [
      { name: "ExposureTime", key: "exposure" },
      { name: "Gain", key: "gain" },
    ],
  },
  {
    name: "Focus",
    mode: "AutoFocusMode",
    modeOption: "AutoFocusModes",
    automatic: "auto-focus",
    values: [],
    beside: ["focus"],
  },
  { name: "Sharpness", key: "sharpness" },
  {
    name: "WhiteBalance",
    mode: "Mode",
    modeOption: "Mode",
    automatic: "auto-white-balance",
    values: [
      { name: "CrGain", option: "YrGain", key: "red-gain" },
      { name: "CbGain", option: "YbGain", key: "blue-gain" },
    ],
  },
];

/** Whether a member has no automatic. */
export function isNumber(member: NumberMember | GroupMember): member is NumberMember {
  return "key" in member;
}

/** Whether the camera has it. */
export function hasMember(store: ImagingStore, member: NumberMember | GroupMember): boolean {
  const keys = isNumber(member)
    ? [member.key]
    : [member.automatic, ...member.values.map(({ key }) => key), ...(member.beside ?? [])];
  return keys.some((key) => hasSetting(store, key));
}

/** Whether the camera has a setting. */
export function hasSetting(store: ImagingStore, key: SettingName): boolean {
  return store.describe(key).supported;
}

/** What AUTO and MANUAL a group takes: without an automatic everything is done by hand. */
export function modesOf(store: ImagingStore, { automatic }: GroupMember): readonly ("AUTO" | "MANUAL")[] {
  return hasSetting(store, automatic) ? ["AUTO", "MANUAL"] : ["MANUAL"];
}

/** The range that a number has on this camera. */
export function rangeOf(store: ImagingStore, key: SettingName): { readonly minimum: number; readonly maximum: number } {
  const { minimum = 0, maximum = 0 } = store.describe(key);
  return { minimum, maximum };
}
