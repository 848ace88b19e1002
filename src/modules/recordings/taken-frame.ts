import type { AccessUnit } from "../../media/access-unit.ts";
import { avcSample } from "../../media/avc-sample.ts";
import type { ParameterSets } from "../../stream/parameter-sets.ts";

/** A coded picture, copied out of the pipeline's memory. */
export interface TakenFrame {
  /** In MP4's form (see `avcSample`). */
  readonly sample: Uint8Array<ArrayBuffer>;
  readonly isKey: boolean;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly captureTimeUs: number;
  /** That it is decoded with; one object while they stay the same. */
  readonly sets: ParameterSets;
}

/** Copies a picture of a stream that has these parameter sets. */
export function takeFrame(unit: AccessUnit, sets: ParameterSets): TakenFrame {
  return { sample: avcSample(unit), isKey: unit.isKey, captureTimeUs: unit.captureTimeUs, sets };
}
