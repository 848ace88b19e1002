import { CONTROL_ID, type Control, NativeError, RESULT } from "bun-ffi-v4l2";
import { AppError } from "../../core/errors.ts";
import { aroundDefault, linear, type Scale } from "../controls/scale.ts";
import type { Controls } from "../programme-controls.ts";
import { PTZ_AXES, PTZ_HOME, type PtzAxis, type PtzDriver, type PtzPosition, type PtzSpeed } from "./driver.ts";

const PLACES: Readonly<Record<PtzAxis, number>> = {
  pan: CONTROL_ID.panAbsolute,
  tilt: CONTROL_ID.tiltAbsolute,
  zoom: CONTROL_ID.zoomAbsolute,
};
const SPEEDS: Readonly<Record<PtzAxis, number>> = {
  pan: CONTROL_ID.panSpeed,
  tilt: CONTROL_ID.tiltSpeed,
  zoom: CONTROL_ID.zoomContinuous,
};
const PER_UNIT = 1000;
const GONE: readonly number[] = [RESULT.ENODEV, RESULT.ENXIO, RESULT.ENOENT];

type Scales = ReadonlyMap<PtzAxis, Scale>;

/** The camera's own motors: absolute positions and speeds, whichever it has. A camera that comes back is brought where it was. */
export function createV4l2Driver(controls: Controls): PtzDriver {
  return new V4l2Driver(controls);
}

class V4l2Driver implements PtzDriver {
  readonly isDigital = false;
  /** Drivers answer with the place that was asked for, wherever the motor is. */
  readonly isOnTheWay = false;
  readonly #controls: Controls;
  readonly #listeners: (() => void)[] = [];
  #places: Scales = new Map();
  #speeds: Scales = new Map();
  #wanted: PtzPosition | undefined;
  /** What the camera told in this turn of the event loop: every axis may take it milliseconds over USB, and whoever asks for one asks for all. */
  #read: PtzPosition | undefined;

  constructor(controls: Controls) {
    this.#controls = controls;
    controls.onChanged(() => this.#follow());
    if (controls.state === "present") this.#follow();
  }

  get problem(): string | undefined {
    if (this.#controls.state === "unseen") return "the camera is not connected";
    const canMove = this.#places.size + this.#speeds.size > 0;
    return canMove ? undefined : "the camera has no controls for pan, tilt or zoom";
  }

  get placeable(): ReadonlySet<PtzAxis> {
    return new Set(this.#places.keys());
  }

  get running(): ReadonlySet<PtzAxis> {
    return new Set(this.#speeds.keys());
  }

  read(): PtzPosition {
    if (this.#read === undefined) {
      this.#read = this.#ask();
      queueMicrotask(() => this.#forget());
    }
    return this.#read;
  }

  #ask(): PtzPosition {
    const known = this.#wanted ?? PTZ_HOME;
    const { device } = this.#controls;
    if (device === undefined) return known;
    try {
      const read = [...this.#places].map(([axis, scale]) => [axis, scale.toValue(device.getControl(PLACES[axis]))]);
      return { ...known, ...Object.fromEntries(read) };
    } catch (error) {
      if (error instanceof NativeError) return known;
      throw error;
    }
  }

  place(position: Partial<PtzPosition>): void {
    this.#wanted = { ...this.read(), ...position };
    const values = [...this.#places].flatMap(([axis, scale]) => {
      const value = position[axis];
      return value === undefined ? [] : [[PLACES[axis], scale.toRaw(value)] as const];
    });
    this.#set(values);
  }

  run(speed: PtzSpeed): void {
    this.#set([...this.#speeds].map(([axis, scale]) => [SPEEDS[axis], scale.toRaw(speed[axis])]));
    // where it stopped is where it belongs
    if (this.#wanted !== undefined && this.#speeds.size > 0) this.#wanted = this.read();
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    try {
      this.run({ pan: 0, tilt: 0, zoom: 0 });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  #forget(): void {
    this.#read = undefined;
  }

  #set(values: readonly (readonly [id: number, raw: number])[]): void {
    this.#forget();
    const { device } = this.#controls;
    if (device === undefined) return;
    try {
      for (const [id, raw] of values) device.setControl(id, raw);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      if (!GONE.includes(error.result)) throw new AppError("unavailable", `The camera did not move. ${error.message}`);
    }
  }

  #follow(): void {
    const { state } = this.#controls;
    this.#forget();
    if (state !== "present") return;
    const usable = this.#controls
      .list()
      .filter(({ type, readOnly, minimum, maximum }) => type === "integer" && !readOnly && maximum > minimum);
    const byId = new Map(usable.map((control) => [control.id, control]));
    const scales = (ids: Readonly<Record<PtzAxis, number>>, scaleOf: (axis: PtzAxis, control: Control) => Scale) =>
      new Map(
        PTZ_AXES.flatMap((axis) => {
          const control = byId.get(ids[axis]);
          return control === undefined ? [] : [[axis, scaleOf(axis, control)] as const];
        }),
      );
    this.#places = scales(PLACES, (axis, control) =>
      axis === "zoom" ? linear(control, 1, 10, PER_UNIT) : centred(control),
    );
    this.#speeds = scales(SPEEDS, (_axis, control) => centred({ ...control, default: 0 }));
    try {
      if (this.#wanted !== undefined) this.place(this.#wanted);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    for (const listener of this.#listeners) listener();
  }
}

/** −1…1 with 0 at the control's default. */
function centred(control: Control): Scale {
  return aroundDefault(control, { lowest: -1, middle: 0, highest: 1 }, PER_UNIT);
}
