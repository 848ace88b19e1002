import { NEUTRAL_STAGE, type Overlay, type PictureStage } from "bun-ffi-v4l2";

type Stage = Omit<PictureStage, "overlay">;

/** Whose pictures are changed. */
export interface StageTarget {
  setStage(stage: PictureStage): void;
}

/** What is made of the programme's pictures before they are encoded. Several parts of the device have a say in it, each in its own members. */
export class Picture {
  #programme: StageTarget;
  #others: readonly StageTarget[] = [];
  #stage: Stage = NEUTRAL_STAGE;
  #overlay: Overlay | undefined;

  constructor(programme: StageTarget) {
    this.#programme = programme;
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

  /** `others` are turned and mirrored like the programme, and else shown as they come. A camera that is neither keeps what it shows: it is seen until the cut. */
  setTargets(programme: StageTarget, others: readonly StageTarget[]): void {
    this.#programme = programme;
    this.#others = others;
    this.#apply();
  }

  #apply(): void {
    const overlay = this.#overlay;
    const { rotation, flip } = this.#stage;
    this.#programme.setStage({ ...this.#stage, ...(overlay && { overlay }) });
    for (const target of this.#others) target.setStage({ ...NEUTRAL_STAGE, rotation, flip });
  }
}
