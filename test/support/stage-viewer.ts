import { expect } from "bun:test";
import {
  Library,
  NEUTRAL_STAGE,
  type PictureStage,
  type PipelineConfig,
  STREAM_MAIN,
  STREAM_SUB,
  type TestScene,
} from "../../native/ts/index.ts";
import { decodeLast, MAIN_640, PipelineRecorder, type RecordedFrame, SUB_320, TEST_640 } from "./pipeline-recorder.ts";
import { until } from "./until.ts";

/** Encoded pictures after a change before one is looked at: the encoder needs some to get sharp again. */
const SETTLING_FRAMES = 12;
/** A busy machine encodes a few pictures a second. */
const LIMIT_MS = 20_000;

/** A decoded picture. */
export class Picture {
  constructor(
    readonly i420: Uint8Array,
    readonly width: number,
    readonly height: number,
  ) {}

  luma(x: number, y: number): number {
    return this.i420[Math.floor(y) * this.width + Math.floor(x)] ?? Number.NaN;
  }

  /** Cb and Cr at a luma position. */
  chroma(x: number, y: number): readonly [number, number] {
    const size = this.width * this.height;
    const at = size + Math.floor(y / 2) * (this.width / 2) + Math.floor(x / 2);
    return [this.i420[at] ?? Number.NaN, this.i420[at + size / 4] ?? Number.NaN];
  }

  /** Of the samples from column `left` to `right` of a row. */
  meanLuma(y: number, left = 0, right = this.width): number {
    return (
      this.i420.subarray(y * this.width + left, y * this.width + right).reduce((a, b) => a + b, 0) / (right - left)
    );
  }

  /** Mean distance of chroma from grey. */
  colourfulness(): number {
    const chroma = this.i420.subarray(this.width * this.height);
    return chroma.reduce((sum, value) => sum + Math.abs(value - 128), 0) / chroma.length;
  }
}

/** A pipeline on the test source whose stage and scene are changed while its streams are looked at. */
export class StageViewer extends PipelineRecorder {
  readonly #library = Library.open();

  constructor(config: Partial<PipelineConfig> = {}) {
    super({ source: TEST_640, main: MAIN_640, sub: SUB_320, ...config });
  }

  stage(change: Partial<PictureStage>): void {
    this.pipeline.setStage({ ...NEUTRAL_STAGE, ...change });
  }

  scene(change: Partial<TestScene>): void {
    this.pipeline.setScene({ lightPercent: 0, rotorSpeed: 0, ...change });
  }

  /** Frames of each stream that show what was changed before, beginning with a keyframe. */
  async settle(): Promise<{ readonly main: readonly RecordedFrame[]; readonly sub: readonly RecordedFrame[] }> {
    const after = (frames: readonly RecordedFrame[], timeUs: number) =>
      frames.filter((frame) => frame.captureTimeUs > timeUs && !frame.isSlate);
    const calledUs = this.#library.monotonicUs();
    // a picture that was begun at the time of the call may be without the change; those after the first later one have it
    await until(() => after(this.main, calledUs).length > 0 && after(this.sub, calledUs).length > 0, LIMIT_MS);
    const sureUs = this.#library.monotonicUs();
    this.pipeline.requestKeyframe(STREAM_MAIN);
    this.pipeline.requestKeyframe(STREAM_SUB);
    const fresh = (frames: readonly RecordedFrame[]) => {
      const sure = after(frames, sureUs);
      const key = sure.findIndex((frame) => frame.isKey);
      return key < 0 ? [] : sure.slice(key);
    };
    await until(() => [this.main, this.sub].every((frames) => fresh(frames).length >= SETTLING_FRAMES), LIMIT_MS);
    return { main: fresh(this.main), sub: fresh(this.sub) };
  }

  /** The newest picture of each stream once the change before has settled. */
  async look(): Promise<{ readonly main: Picture; readonly sub: Picture }> {
    const frames = await this.settle();
    return { main: pictureOf(frames.main), sub: pictureOf(frames.sub) };
  }
}

/** The last picture of frames of one size. */
export function pictureOf(frames: readonly RecordedFrame[]): Picture {
  const { width, height } = frames[0] ?? { width: 0, height: 0 };
  return new Picture(decodeLast(frames), width, height);
}

/** Fails unless the numbers are within `tolerance` of each other. */
export function expectClose(found: number, wanted: number, tolerance = 6): void {
  expect({ found, near: Math.abs(found - wanted) <= tolerance }).toEqual({ found, near: true });
}
