import { CONTROL, MENU_ITEM, readText } from "./structs.ts";

/** Identifiers of the controls that many cameras have (linux/v4l2-controls.h). */
export const CONTROL_ID = {
  brightness: 0x0098_0900,
  contrast: 0x0098_0901,
  saturation: 0x0098_0902,
  hue: 0x0098_0903,
  autoWhiteBalance: 0x0098_090c,
  redBalance: 0x0098_090e,
  blueBalance: 0x0098_090f,
  gamma: 0x0098_0910,
  autoGain: 0x0098_0912,
  gain: 0x0098_0913,
  horizontalFlip: 0x0098_0914,
  verticalFlip: 0x0098_0915,
  powerLineFrequency: 0x0098_0918,
  whiteBalanceTemperature: 0x0098_091a,
  sharpness: 0x0098_091b,
  backlightCompensation: 0x0098_091c,
  exposureAuto: 0x009a_0901,
  exposureAbsolute: 0x009a_0902,
  exposureAutoPriority: 0x009a_0903,
  panAbsolute: 0x009a_0908,
  tiltAbsolute: 0x009a_0909,
  focusAbsolute: 0x009a_090a,
  focusAuto: 0x009a_090c,
  zoomAbsolute: 0x009a_090d,
  zoomContinuous: 0x009a_090f,
  panSpeed: 0x009a_0920,
  tiltSpeed: 0x009a_0921,
} as const;

const TYPES = {
  1: "integer",
  2: "boolean",
  3: "menu",
  4: "button",
  5: "integer64",
  8: "bitmask",
  9: "integer-menu",
} as const;

/** What kind of number a control holds. */
export type ControlType = (typeof TYPES)[keyof typeof TYPES];

const FLAG_GRABBED = 0x0002;
const FLAG_READ_ONLY = 0x0004;
const FLAG_INACTIVE = 0x0010;
const FLAG_WRITE_ONLY = 0x0040;
const FLAG_VOLATILE = 0x0080;

/** One control of a device. Numbers beyond ±2⁵³, which only 64-bit controls can have, are rounded. */
export interface Control {
  /** V4L2_CID_*. */
  readonly id: number;
  readonly name: string;
  readonly type: ControlType;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly default: number;
  /** 0 where it cannot be read. */
  readonly value: number;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  /** Has no effect now, since another control (such as an automatic) rules it. */
  readonly inactive: boolean;
  /** Locked while a capture runs. */
  readonly grabbed: boolean;
  /** Changes by itself. */
  readonly volatile: boolean;
}

/** One choice of a menu control. */
export interface MenuItem {
  /** What is written to the control. */
  readonly index: number;
  /** What an integer menu shows; `index` in other menus. */
  readonly value: number;
  /** Empty in integer menus. */
  readonly name: string;
}

/** Reads `count` bv_control. */
export function readControls(bytes: Uint8Array, count: number): Control[] {
  const at = CONTROL.offset;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => {
    const start = index * CONTROL.size;
    const u32 = (offset: number) => view.getUint32(start + offset, true);
    const i64 = (offset: number) => Number(view.getBigInt64(start + offset, true));
    const flags = u32(at.flags);
    return {
      id: u32(at.id),
      name: printable(readText(bytes, start + at.name, 32)),
      type: controlType(u32(at.type)),
      minimum: i64(at.minimum),
      maximum: i64(at.maximum),
      step: i64(at.step),
      default: i64(at.default_value),
      value: i64(at.value),
      readOnly: (flags & FLAG_READ_ONLY) !== 0,
      writeOnly: (flags & FLAG_WRITE_ONLY) !== 0,
      inactive: (flags & FLAG_INACTIVE) !== 0,
      grabbed: (flags & FLAG_GRABBED) !== 0,
      volatile: (flags & FLAG_VOLATILE) !== 0,
    };
  });
}

/** Reads `count` bv_menu_item. */
export function readMenu(bytes: Uint8Array, count: number): MenuItem[] {
  const at = MENU_ITEM.offset;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, item) => {
    const start = item * MENU_ITEM.size;
    return {
      index: view.getUint32(start + at.index, true),
      value: Number(view.getBigInt64(start + at.value, true)),
      name: printable(readText(bytes, start + at.name, 32)),
    };
  });
}

/** Names come from devices: what would steer a terminal is shown as `?`. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what is being removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}

function controlType(type: number): ControlType {
  const known = TYPES[type as keyof typeof TYPES] as ControlType | undefined;
  if (known === undefined) throw new Error(`the native library returned a control of type ${type}`);
  return known;
}
