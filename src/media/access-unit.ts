/** One coded picture (H.264 access unit, Annex B) as it lies in memory. The object and its memory are reused: read it before you return, copy what must last. */
export interface AccessUnit {
  /** Memory that the unit lies in; other units lie there too. */
  readonly memory: Buffer;
  /** Of the unit's first byte (a start code) in `memory`. */
  readonly offset: number;
  /** Bytes, start codes included. */
  readonly size: number;
  readonly nalCount: number;
  /** Of each NAL unit's header byte, counted from `offset`. */
  readonly nalOffsets: Uint32Array;
  /** Bytes of each NAL unit, start code excluded. */
  readonly nalSizes: Uint32Array;
  /** True: an IDR picture with SPS and PPS in front of it. */
  readonly isKey: boolean;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly captureTimeUs: number;
  readonly encodeBeginUs: number;
  /** When the encoder was done with it. */
  readonly readyTimeUs: number;
  /** Of the coded picture, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Where the header byte of NAL unit `index` lies in `unit.memory`. */
export function nalStart(unit: AccessUnit, index: number): number {
  return unit.offset + (unit.nalOffsets[index] ?? 0);
}

/** nal_unit_type of NAL unit `index`. */
export function nalTypeAt(unit: AccessUnit, index: number): number {
  return (unit.memory[nalStart(unit, index)] ?? 0) & 0x1f;
}
