/** nal_unit_type values that matter to a sender (H.264 Table 7-1). */
export const NAL_TYPE = {
  nonIdrSlice: 1,
  idrSlice: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
} as const;

/** nal_unit_type of a NAL unit without start code; 0, "unspecified", for an empty one. */
export function nalType(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** The NAL units of an Annex B byte stream (H.264 §B.1), without start codes and trailing zeros, as views. */
export function splitAnnexB(stream: Uint8Array): readonly Uint8Array[] {
  const nals: Uint8Array[] = [];
  let start = -1;
  for (let at = stream.indexOf(1, 2); at !== -1; at = stream.indexOf(1, at + 1)) {
    if (stream[at - 1] !== 0 || stream[at - 2] !== 0) continue;
    if (start !== -1) nals.push(withoutTrailingZeros(stream.subarray(start, at - 2)));
    start = at + 1;
  }
  if (start !== -1) nals.push(withoutTrailingZeros(stream.subarray(start)));
  return nals.filter((nal) => nal.length > 0);
}

function withoutTrailingZeros(nal: Uint8Array): Uint8Array {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end -= 1;
  return nal.subarray(0, end);
}

/** The RBSP of a NAL unit, header byte included: emulation prevention bytes are taken out (H.264 §7.3.1). */
export function withoutEmulationPrevention(nal: Uint8Array): Uint8Array {
  const rbsp = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    rbsp[length] = byte;
    length += 1;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return rbsp.subarray(0, length);
}

/** profile_idc, constraint flags and level_idc as six lower-case hex digits (RFC 6184 §8.1); undefined for what is too short to be an SPS. */
export function profileLevelId(sps: Uint8Array): string | undefined {
  if (nalType(sps) !== NAL_TYPE.sps || sps.length < 4) return undefined;
  return sps.subarray(1, 4).toHex();
}

/** The value of `sprop-parameter-sets` (RFC 6184 §8.1): base64 of both NAL units without start codes. */
export function spropParameterSets(sps: Uint8Array, pps: Uint8Array): string {
  return `${sps.toBase64()},${pps.toBase64()}`;
}
