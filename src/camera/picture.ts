import { NEUTRAL_STAGE, type Overlay, type PictureStage, type Pipeline, type TestScene } from "bun-ffi-v4l2";

type Stage = Omit<PictureStage, "overlay">;

/** What is made of a camera's pictures before they are encoded. Several parts of the device have a say in it, each in its own members. */
export class Picture {
  readonly #pipeline: Pick<Pipeline, "setStage" | "setScene">;
  #stage: Stage = NEUTRAL_STAGE;
  #overlay: Overlay | undefined;
  #scene: TestScene = { lightPercent: 0, rotorSpeed: 0 };

  constructor(pipeline: Pick<Pipeline, "setStage" | "setScene">) {
    this.#pipeline = pipeline;
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

  /** What the test source shows; cameras have no scene. */
  adjustScene(change: Partial<TestScene>): void {
    this.#scene = { ...this.#scene, ...change };
    this.#pipeline.setScene(this.#scene);
  }

  #apply(): void {
    this.#pipeline.setStage({ ...this.#stage, ...(this.#overlay !== undefined && { overlay: this.#overlay }) });
  }
}
