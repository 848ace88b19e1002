import { CONTROL_ID, type Control } from "bun-ffi-v4l2";
import type { Json } from "../../core/json.ts";
import type { SettingName } from "../../settings/keys.ts";
import type { SettingFacts } from "../../settings/setting-owner.ts";
import type { ControlDevice } from "./camera-controls.ts";
import { bindAutoExposure } from "./exposure-mode.ts";
import { aroundDefault, linear, multiple, percentAroundDefault, type Scale } from "./scale.ts";

/** One setting on the controls of one camera. Calls throw NativeError. */
export interface Binding {
  readonly facts: Extract<SettingFacts, { readonly supported: true }>;
  /** Everything that `write` may change. */
  readonly controlIds: readonly number[];
  /** The automatic that decides the value while it is on. */
  readonly ruledBy?: SettingName;
  read(): Json;
  write(value: Json): void;
}

/** Bindings by setting; what the camera has no control for is missing. */
export type Bindings = ReadonlyMap<SettingName, Binding>;

type Rule = {
  readonly key: SettingName;
  readonly id: number;
  readonly scale: (control: Control) => Scale;
  /** What the setting allows; undefined where its own range says it all. */
  readonly limits?: { readonly factor: number; readonly lowest: number; readonly highest: number };
  readonly automatic?: SettingName;
};

const percent = (control: Control) => linear(control, 0, 100);
const degrees = (control: Control) => aroundDefault(control, { lowest: -180, middle: 0, highest: 180 }, 1);
/** V4L2_CID_EXPOSURE_ABSOLUTE counts in 100 µs. */
const EXPOSURE = { factor: 100, lowest: 1, highest: 1_000_000 };
const KELVIN = { factor: 1, lowest: 2000, highest: 10_000 };
const within = (limits: typeof EXPOSURE) => (control: Control) =>
  multiple(control, limits.factor, limits.lowest, limits.highest);

const NUMBERS: readonly Rule[] = [
  { key: "brightness", id: CONTROL_ID.brightness, scale: percentAroundDefault },
  { key: "contrast", id: CONTROL_ID.contrast, scale: percentAroundDefault },
  { key: "saturation", id: CONTROL_ID.saturation, scale: percentAroundDefault },
  { key: "sharpness", id: CONTROL_ID.sharpness, scale: percentAroundDefault },
  { key: "hue", id: CONTROL_ID.hue, scale: degrees },
  { key: "gain", id: CONTROL_ID.gain, scale: percent },
  { key: "red-gain", id: CONTROL_ID.redBalance, scale: percent, automatic: "auto-white-balance" },
  { key: "blue-gain", id: CONTROL_ID.blueBalance, scale: percent, automatic: "auto-white-balance" },
  { key: "focus", id: CONTROL_ID.focusAbsolute, scale: percent, automatic: "auto-focus" },
  {
    key: "exposure",
    id: CONTROL_ID.exposureAbsolute,
    scale: within(EXPOSURE),
    limits: EXPOSURE,
    automatic: "auto-exposure",
  },
  {
    key: "white-balance",
    id: CONTROL_ID.whiteBalanceTemperature,
    scale: within(KELVIN),
    limits: KELVIN,
    automatic: "auto-white-balance",
  },
];

/** No control of V4L2 is for this; drivers have their own under names such as these. */
const NOISE_NAME = /noise (?:reduction|suppression|filter)|de-?noise|\b[23]d ?nr\b/i;

/** Finds out which settings a camera has controls for. Throws NativeError. */
export function bindControls(device: ControlDevice): Bindings {
  const usable = device.controls().filter((control) => !control.readOnly && !control.writeOnly && hasChoice(control));
  const controls = new Map(usable.map((control) => [control.id, control]));
  const bindings = new Map<SettingName, Binding>();
  const bind = (key: SettingName, binding: Binding | undefined) => binding && bindings.set(key, binding);

  bind("auto-exposure", bindAutoExposure(device, controls));
  bind("auto-white-balance", bindSwitch(device, controls.get(CONTROL_ID.autoWhiteBalance)));
  bind("auto-focus", bindSwitch(device, controls.get(CONTROL_ID.focusAuto)));
  bind("noise-suppression", bindSwitch(device, usable.find(isNoiseControl)));
  for (const rule of NUMBERS) {
    const control = controls.get(rule.id);
    if (control !== undefined) bind(rule.key, bindNumber(device, control, rule, bindings));
  }
  const [gain, automatic] = [bindings.get("gain"), bindings.get("auto-exposure")];
  if (gain && automatic && controls.has(CONTROL_ID.autoGain)) bind("gain", manualGain(device, gain));
  return bindings;
}

function hasChoice({ type, minimum, maximum }: Control): boolean {
  return maximum > minimum && type !== "button" && type !== "bitmask";
}

function isNoiseControl({ name, type }: Control): boolean {
  return NOISE_NAME.test(name) && (type === "boolean" || type === "integer");
}

function bindNumber(device: ControlDevice, control: Control, rule: Rule, bound: Bindings): Binding | undefined {
  if (control.type !== "integer" && control.type !== "integer64") return undefined;
  const scale = rule.scale(control);
  const { limits } = rule;
  const minimum = limits && Math.max(limits.lowest, control.minimum * limits.factor);
  const maximum = limits && Math.min(limits.highest, control.maximum * limits.factor);
  // a range in other units than the setting's
  if (minimum !== undefined && maximum !== undefined && minimum >= maximum) return undefined;
  const isRuled = rule.automatic !== undefined && bound.has(rule.automatic);
  return {
    facts: {
      supported: true,
      initial: scale.toValue(control.default),
      ...(limits && { minimum, maximum, step: Math.max(1, control.step) * limits.factor }),
    },
    controlIds: [control.id],
    ...(isRuled && { ruledBy: rule.automatic }),
    read: () => scale.toValue(device.getControl(control.id)),
    write: (value) => void device.setControl(control.id, scale.toRaw(Number(value))),
  };
}

/** Off is the control's minimum; on its default, or its maximum where the default is off. */
function bindSwitch(device: ControlDevice, control: Control | undefined): Binding | undefined {
  if (control === undefined || (control.type !== "boolean" && control.type !== "integer")) return undefined;
  const on = control.default > control.minimum ? control.default : control.maximum;
  return {
    facts: { supported: true, initial: control.default > control.minimum },
    controlIds: [control.id],
    read: () => device.getControl(control.id) > control.minimum,
    write: (value) => void device.setControl(control.id, value === true ? on : control.minimum),
  };
}

/** Gain that an automatic of its own rules: a value given by hand switches that off. */
function manualGain(device: ControlDevice, gain: Binding): Binding {
  return {
    ...gain,
    controlIds: [CONTROL_ID.autoGain, ...gain.controlIds],
    ruledBy: "auto-exposure",
    write: (value) => {
      device.setControl(CONTROL_ID.autoGain, 0);
      gain.write(value);
    },
  };
}
