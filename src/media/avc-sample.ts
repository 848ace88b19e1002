import { type AccessUnit, nalStart, nalTypeAt } from "./access-unit.ts";
import { NAL_TYPE } from "./h264.ts";

/** Bytes of the length in front of each NAL unit. */
const LENGTH_BYTES = 4;
/** Profiles whose configuration record tells of chroma and bit depth too (ISO 14496-15 §5.3.3.1). */
const HIGH_PROFILES: readonly number[] = [100, 110, 122, 144];
/** What this product's encoders and cameras code: 4:2:0 of 8 bits. */
const HIGH_FIELDS = [0xfc | 1, 0xf8, 0xf8, 0] as const;

/** Bytes of the unit as a sample of an MP4 file (see `writeAvcSample`). */
export function avcSampleBytes(unit: AccessUnit): number {
  let size = 0;
  for (let index = 0; index < unit.nalCount; index++) {
    if (belongs(unit, index)) size += LENGTH_BYTES + (unit.nalSizes[index] ?? 0);
  }
  return size;
}

/**
 * Writes the unit as a sample of an MP4 file (ISO 14496-15 §5.3.2): each NAL unit behind its length. Delimiters and parameter sets
 * are left out: the latter stand in the configuration record.
 */
export function writeAvcSample(unit: AccessUnit, target: Uint8Array, offset: number): void {
  const view = new DataView(target.buffer, target.byteOffset);
  let at = offset;
  for (let index = 0; index < unit.nalCount; index++) {
    if (!belongs(unit, index)) continue;
    const start = nalStart(unit, index);
    const length = unit.nalSizes[index] ?? 0;
    view.setUint32(at, length);
    target.set(unit.memory.subarray(start, start + length), at + LENGTH_BYTES);
    at += LENGTH_BYTES + length;
  }
}

function belongs(unit: AccessUnit, index: number): boolean {
  const type = nalTypeAt(unit, index);
  return type !== NAL_TYPE.sps && type !== NAL_TYPE.pps && type !== NAL_TYPE.accessUnitDelimiter;
}

/** AVCDecoderConfigurationRecord (ISO 14496-15 §5.3.3.1) over one SPS and one PPS, NAL units without start codes. */
export function avcConfiguration(sps: Uint8Array, pps: Uint8Array): Uint8Array<ArrayBuffer> {
  const [, profile = 0, constraints = 0, level = 0] = sps;
  return Uint8Array.from([
    ...[1, profile, constraints, level],
    ...[0xfc | (LENGTH_BYTES - 1), 0xe0 | 1, sps.length >> 8, sps.length & 0xff, ...sps],
    ...[1, pps.length >> 8, pps.length & 0xff, ...pps],
    ...(HIGH_PROFILES.includes(profile) ? HIGH_FIELDS : []),
  ]);
}

/** `avc1.42c01f`: the codec as RFC 6381 names it. */
export function avcCodec(sps: Uint8Array): string {
  return `avc1.${sps.subarray(1, 4).toHex()}`;
}
