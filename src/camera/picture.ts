import { NEUTRAL_STAGE, type Overlay, type PictureStage } from "bun-ffi-v4l2";

type Stage = Omit<PictureStage, "overlay">;

/** Whose pictures are changed. */
export interface StageTarget {
  setStage(stage: PictureStage): void;
}

/** Which cameras show what. */
export interface StageTargets {
  /** The programme's, and the one that still is until the other's first keyframe. */
  readonly programme: readonly StageTarget[];
  /** They are turned like the programme, and else shown as they come. */
  readonly others: readonly StageTarget[];
}

/** What is made of the programme's pictures before they are encoded. Several parts of the device have a say in it, each in its own members. */
export class Picture {
  #targets: StageTargets;
  #stage: Stage = NEUTRAL_STAGE;
  #overlay: Overlay | undefined;

  constructor(targets: StageTargets) {
    this.#targets = targets;
  }

  adjust(change: Partial<Stage>): void {
    this.#stage = { ...this.#stage, ...change };
    this.#apply();
  }

  /** Undefined: none. */
  setOverlay(overlay: Overlay | undefined): void {
    this.#overlay = overlay;
    this.#apply();
  }

  /** The programme is another camera's. */
  setTargets(targets: StageTargets): void {
    this.#targets = targets;
    this.#apply();
  }

  #apply(): void {
    const overlay = this.#overlay;
    const { rotation, flip } = this.#stage;
    for (const target of this.#targets.programme) target.setStage({ ...this.#stage, ...(overlay && { overlay }) });
    for (const target of this.#targets.others) target.setStage({ ...NEUTRAL_STAGE, rotation, flip });
  }
}
