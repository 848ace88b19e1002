import { type Control, type Device, NativeError } from "bun-ffi-v4l2";
import type { Log } from "../../core/log.ts";

/** The controls of a camera that is open. */
export type ControlDevice = Pick<Device, "controls" | "menu" | "getControl" | "setControl" | "close">;

/** What `CameraControls` opens. */
export interface ControlSource {
  /** Undefined: it has no controls. Throws NativeError. */
  openControls(): ControlDevice | undefined;
}

/** `unseen`: there was no camera yet. `gone`: there was one. */
export type ControlState = "unseen" | "present" | "gone";

/** The controls of one camera: open for as long as it is there, beside its capture. */
export class CameraControls {
  readonly #log: Log;
  readonly #listeners: (() => void)[] = [];
  #device: ControlDevice | undefined;
  #state: ControlState = "unseen";

  constructor(log: Log) {
    this.#log = log;
  }

  /** Undefined while the camera is away, and for sources without controls. */
  get device(): ControlDevice | undefined {
    return this.#device;
  }

  get state(): ControlState {
    return this.#state;
  }

  /** Every control with its present value; empty while there are none. */
  list(): readonly Control[] {
    try {
      return this.#device?.controls() ?? [];
    } catch (error) {
      if (error instanceof NativeError) return [];
      throw error;
    }
  }

  /** The camera was found, perhaps another than before. */
  open(source: ControlSource): void {
    this.#device?.close();
    this.#device = undefined;
    try {
      this.#device = source.openControls();
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      this.#log.warn("the camera's controls cannot be used", { error: error.message });
    }
    this.#state = "present";
    this.#tell();
  }

  /** The camera went. An open node would keep its number from the one that comes back. */
  close(): void {
    this.#device?.close();
    this.#device = undefined;
    if (this.#state !== "present") return;
    this.#state = "gone";
    this.#tell();
  }

  /** Calls `listener` whenever the camera was found or went. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
