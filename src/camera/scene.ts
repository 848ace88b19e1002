import type { Pipeline, TestScene } from "bun-ffi-v4l2";

/** What a test source shows beside its pattern; real cameras have no scene. */
export class Scene {
  readonly #pipeline: Pick<Pipeline, "setScene">;
  #scene: TestScene = { lightPercent: 0, rotorSpeed: 0 };

  constructor(pipeline: Pick<Pipeline, "setScene">) {
    this.#pipeline = pipeline;
  }

  adjust(change: Partial<TestScene>): void {
    this.#scene = { ...this.#scene, ...change };
    this.#pipeline.setScene(this.#scene);
  }
}
