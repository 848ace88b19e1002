import type { AccessUnit } from "../../media/access-unit.ts";
import { avcSampleBytes, writeAvcSample } from "../../media/avc-sample.ts";
import type { ParameterSets } from "../../stream/parameter-sets.ts";
import type { RecordedFrame } from "./fragment.ts";

/** A coded picture, copied out of the pipeline's memory. */
export interface TakenFrame {
  /** In MP4's form (see `writeAvcSample`). */
  readonly sample: Uint8Array<ArrayBuffer>;
  readonly isKey: boolean;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly captureTimeUs: number;
  /** That it is decoded with; one object while they stay the same. */
  readonly sets: ParameterSets;
}

/** Copies a picture of a stream that has these parameter sets. */
export function takeFrame(unit: AccessUnit, sets: ParameterSets): TakenFrame {
  const sample = new Uint8Array(avcSampleBytes(unit));
  writeAvcSample(unit, sample, 0);
  return { sample, isKey: unit.isKey, captureTimeUs: unit.captureTimeUs, sets };
}

/** A picture that is there to be copied into a fragment. */
export type Picture = Pick<RecordedFrame, "isKey" | "size" | "copy"> & Pick<TakenFrame, "captureTimeUs" | "sets">;

/** One that still lies in the pipeline's memory. */
export function pictureIn(unit: AccessUnit, sets: ParameterSets): Picture {
  const { isKey, captureTimeUs } = unit;
  const copy = (target: Uint8Array, at: number) => writeAvcSample(unit, target, at);
  return { isKey, captureTimeUs, sets, size: avcSampleBytes(unit), copy };
}

/** One that was taken before. */
export function pictureOf({ sample, isKey, captureTimeUs, sets }: TakenFrame): Picture {
  const copy = (target: Uint8Array, at: number) => target.set(sample, at);
  return { isKey, captureTimeUs, sets, size: sample.length, copy };
}
