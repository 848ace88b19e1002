import { type AccessUnit, nalStart, nalTypeAt } from "../media/access-unit.ts";
import { NAL_TYPE } from "../media/h264.ts";

/** The parameter sets that decoding a stream begins with, copied out of its newest keyframe. */
export interface ParameterSets {
  /** NAL units without start codes. */
  readonly sps: Buffer;
  readonly pps: Buffer;
  /** Of the coded picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** Rises with every change: the version of a session description. */
  readonly version: number;
}

/** Those of a keyframe; `previous` itself when they are the same; undefined when the unit has none. */
export function parameterSetsOf(unit: AccessUnit, previous: ParameterSets | undefined): ParameterSets | undefined {
  const sps = findNal(unit, NAL_TYPE.sps);
  const pps = findNal(unit, NAL_TYPE.pps);
  if (sps === undefined || pps === undefined) return undefined;
  if (previous?.sps.equals(sps) && previous.pps.equals(pps)) return previous;
  return {
    sps: Buffer.from(sps),
    pps: Buffer.from(pps),
    width: unit.width,
    height: unit.height,
    version: (previous?.version ?? 0) + 1,
  };
}

function findNal(unit: AccessUnit, type: number): Buffer | undefined {
  for (let index = 0; index < unit.nalCount; index++) {
    if (nalTypeAt(unit, index) !== type) continue;
    const start = nalStart(unit, index);
    return unit.memory.subarray(start, start + (unit.nalSizes[index] ?? 0));
  }
  return undefined;
}
