import { CONTROL_ID, type Control, type MenuItem, NativeError, RESULT } from "../../native/ts/index.ts";
import type { ControlDevice } from "../../src/camera/controls/camera-controls.ts";

/** A camera's controls as a driver keeps them: values are rounded to steps and refused outside the range. Vivid has too few kinds. */
export class SimulatedControls implements ControlDevice {
  readonly #controls: Map<number, Control>;
  readonly #menus: ReadonlyMap<number, readonly number[]>;
  /** Every value that was set. */
  readonly written: { readonly id: number; readonly value: number }[] = [];
  /** The result of every call from now on; 0: none fails. */
  failure = 0;
  isClosed = false;

  constructor(controls: readonly Control[], menus: Readonly<Record<number, readonly number[]>> = {}) {
    this.#controls = new Map(controls.map((control) => [control.id, control]));
    this.#menus = new Map(Object.entries(menus).map(([id, items]) => [Number(id), items]));
  }

  controls(): Control[] {
    this.#fail();
    return [...this.#controls.values()];
  }

  menu(id: number): MenuItem[] {
    return (this.#menus.get(id) ?? []).map((index) => ({ index, value: index, name: String(index) }));
  }

  getControl(id: number): number {
    return this.#find(id).value;
  }

  setControl(id: number, value: number): number {
    const control = this.#find(id);
    const items = this.#menus.get(id);
    if (value < control.minimum || value > control.maximum || (items !== undefined && !items.includes(value)))
      throw new NativeError(RESULT.ERANGE, "setControl");
    this.written.push({ id, value });
    const step = Math.max(1, control.step);
    const made = Math.min(control.maximum, control.minimum + Math.round((value - control.minimum) / step) * step);
    this.change(id, made);
    return made;
  }

  /** As if the camera itself, or another program, had set it. */
  change(id: number, value: number): void {
    this.#controls.set(id, { ...this.#find(id), value });
  }

  close(): void {
    this.isClosed = true;
  }

  #find(id: number): Control {
    this.#fail();
    const control = this.#controls.get(id);
    if (control === undefined) throw new NativeError(RESULT.EINVAL, "control");
    return control;
  }

  #fail(): void {
    if (this.failure !== 0) throw new NativeError(this.failure, "control");
  }
}

/** A control that holds its default. */
export function control(
  name: keyof typeof CONTROL_ID,
  minimum: number,
  maximum: number,
  standard: number,
  more: Partial<Control> = {},
): Control {
  return {
    id: CONTROL_ID[name],
    name,
    type: "integer",
    minimum,
    maximum,
    step: 1,
    default: standard,
    value: standard,
    readOnly: false,
    writeOnly: false,
    inactive: false,
    grabbed: false,
    volatile: false,
    ...more,
  };
}

/** What an ordinary USB webcam has. */
export function webcamControls(): SimulatedControls {
  return new SimulatedControls(
    [
      control("brightness", -64, 64, 0),
      control("contrast", 0, 95, 32),
      control("sharpness", 1, 7, 2),
      control("gain", 16, 255, 64),
      control("autoWhiteBalance", 0, 1, 1, { type: "boolean" }),
      control("whiteBalanceTemperature", 2800, 6500, 4600, { step: 10 }),
      control("exposureAuto", 0, 3, 3, { type: "menu" }),
      control("exposureAbsolute", 3, 2047, 250),
      control("focusAuto", 0, 1, 1, { type: "boolean" }),
      control("focusAbsolute", 0, 255, 0, { step: 5 }),
    ],
    { [CONTROL_ID.exposureAuto]: [1, 3] },
  );
}
