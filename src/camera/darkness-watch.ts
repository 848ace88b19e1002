import type { Json } from "../core/json.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Programme } from "./programme.ts";

const LOOK_EVERY_MS = 500;
/** Looks in a row that have to agree: what passes in front of the lens is none. */
const LOOKS = 4;
/** Mean luma, of which 16 is black; between them nothing changes. */
const DARK_BELOW = 24;
const LIGHT_FROM = 32;

/** What the light is read from, and who hears of it. */
export interface DarknessParts {
  readonly camera: Pick<Programme, "counters"> & { status(): { readonly id: string; readonly state: string } };
  readonly scheduler: Scheduler;
  readonly publish: (kind: "tampering", detail: { readonly [name: string]: Json }) => void;
}

/** Whether the picture is as good as black: a lens that is covered, or no light. A camera that gives no picture keeps what was. */
export class DarknessWatch {
  readonly #parts: DarknessParts;
  readonly #stop: () => void;
  #isDark = false;
  /** Whose picture is dark. */
  #camera = "";
  #looks = 0;

  constructor(parts: DarknessParts) {
    this.#parts = parts;
    this.#stop = parts.scheduler.every(LOOK_EVERY_MS, () => this.#look());
  }

  /** Another camera is looked at from now on: what the one before shows is not known any more. */
  changeCamera(): void {
    this.#looks = 0;
    if (this.#isDark) this.#turn(false);
  }

  close(): void {
    this.#stop();
  }

  #look(): void {
    const { camera } = this.#parts;
    const { id, state } = camera.status();
    const { meanLuma } = camera.counters;
    const isNews =
      state === "online" && meanLuma > 0 && (this.#isDark ? meanLuma >= LIGHT_FROM : meanLuma < DARK_BELOW);
    this.#looks = isNews ? this.#looks + 1 : 0;
    if (this.#looks < LOOKS) return;
    this.#looks = 0;
    this.#camera = id;
    this.#turn(!this.#isDark);
  }

  #turn(isDark: boolean): void {
    this.#isDark = isDark;
    this.#parts.publish("tampering", { camera: this.#camera, cause: "image-too-dark", active: isDark });
  }
}
