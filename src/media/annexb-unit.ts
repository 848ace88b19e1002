import type { AccessUnit } from "./access-unit.ts";

/** More than any picture of ours has. */
const MAX_NALS = 256;
const START_CODE = Uint8Array.of(0, 0, 0, 1);
const LENGTH_BYTES = 4;

/** How a picture is described beside its bytes. */
export type UnitFacts = Pick<AccessUnit, "isKey" | "captureTimeUs" | "width" | "height">;

/**
 * An access unit of a sample of an MP4 file (lengths of 4 bytes, ISO 14496-15) with NAL units put in front of it. Undefined when the
 * lengths are not those of the bytes.
 */
export function annexBUnit(
  before: readonly Uint8Array[],
  sample: Uint8Array,
  facts: UnitFacts,
): AccessUnit | undefined {
  const nals = [...before];
  const view = new DataView(sample.buffer, sample.byteOffset, sample.length);
  for (let at = 0; at < sample.length; ) {
    const length = at + LENGTH_BYTES <= sample.length ? view.getUint32(at) : 0;
    if (length === 0 || at + LENGTH_BYTES + length > sample.length || nals.length === MAX_NALS) return undefined;
    nals.push(sample.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
    at += LENGTH_BYTES + length;
  }
  const nalOffsets = new Uint32Array(nals.length);
  const nalSizes = new Uint32Array(nals.length);
  let size = 0;
  for (const [index, nal] of nals.entries()) {
    nalOffsets[index] = size + START_CODE.length;
    nalSizes[index] = nal.length;
    size += START_CODE.length + nal.length;
  }
  const { captureTimeUs } = facts;
  return {
    ...{ ...facts, offset: 0, size, nalCount: nals.length, nalOffsets, nalSizes },
    ...{ encodeBeginUs: captureTimeUs, readyTimeUs: captureTimeUs },
    memory: Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])),
  };
}
