import type { Control } from "bun-ffi-v4l2";
import type { CameraControls, ControlDevice, ControlState } from "./controls/camera-controls.ts";

/** Controls as those who set them need them. */
export type Controls = Pick<CameraControls, "device" | "state" | "list" | "onChanged">;

/** The controls of whichever camera is the programme. */
export class ProgrammeControls implements Controls {
  readonly #listeners: (() => void)[] = [];
  readonly #followed = new Set<Controls>();
  #current: Controls;

  constructor(controls: Controls) {
    this.#current = controls;
    this.#follow(controls);
  }

  get device(): ControlDevice | undefined {
    return this.#current.device;
  }

  get state(): ControlState {
    return this.#current.state;
  }

  list(): readonly Control[] {
    return this.#current.list();
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Another camera is the programme. */
  change(controls: Controls): void {
    this.#current = controls;
    this.#follow(controls);
    this.#tell();
  }

  #follow(controls: Controls): void {
    if (this.#followed.has(controls)) return;
    this.#followed.add(controls);
    controls.onChanged(() => {
      if (controls === this.#current) this.#tell();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
