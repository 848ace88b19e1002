import { BitReader } from "./bit-reader.ts";
import { NAL_TYPE, nalType, withoutEmulationPrevention } from "./h264.ts";

/** The largest SPS of any encoder with scaling lists and HRD stays under this; more is not an SPS. */
const MAX_SPS_BYTES = 1024;
/** H.264 §7.4.2.1.1: 0…255. */
const MAX_REF_FRAMES_IN_CYCLE = 255;
/** H.264 §E.2.2: 0…31. */
const MAX_CPB_COUNT = 32;
/** Level 6.2 ends at 139,264 macroblocks a frame; §A.3.1 bounds one side to √(8 × that). */
const MAX_SIDE_MACROBLOCKS = 1056;
const EXTENDED_SAR = 255;

/** Profiles whose SPS carries chroma format and scaling lists (H.264 §7.3.2.1.1). */
const CHROMA_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** What a sequence parameter set says (H.264 §7.3.2.1.1, Annex E). */
export interface SequenceParameterSet {
  readonly profileIdc: number;
  /** constraint_set0_flag is the highest bit. */
  readonly constraintFlags: number;
  readonly levelIdc: number;
  /** Luma samples after cropping. */
  readonly width: number;
  readonly height: number;
  /** Undefined: not said, which means limited. */
  readonly fullRange: boolean | undefined;
  /** From time_scale and num_units_in_tick; undefined: not said. */
  readonly frameRate: number | undefined;
  /** Pictures that may come before one they follow in output order; undefined: not said. */
  readonly maxNumReorderFrames: number | undefined;
  /** False only where the SPS rules them out: baseline, pic_order_cnt_type 2, or no reordering. */
  readonly mayHaveBFrames: boolean;
}

interface Timing {
  readonly fullRange: boolean | undefined;
  readonly frameRate: number | undefined;
  readonly maxNumReorderFrames: number | undefined;
}

const NO_VUI: Timing = { fullRange: undefined, frameRate: undefined, maxNumReorderFrames: undefined };

/** Reads an SPS NAL unit without start code. Undefined when it is not one, is truncated, or says what the standard forbids. */
export function parseSps(nal: Uint8Array): SequenceParameterSet | undefined {
  if (nalType(nal) !== NAL_TYPE.sps || nal.length < 4 || nal.length > MAX_SPS_BYTES) return undefined;
  const reader = new BitReader(withoutEmulationPrevention(nal).subarray(1));
  const profileIdc = reader.bits(8);
  const constraintFlags = reader.bits(8);
  const levelIdc = reader.bits(8);
  reader.unsignedExpGolomb(); // seq_parameter_set_id
  const chromaFormat = CHROMA_PROFILES.has(profileIdc) ? readChroma(reader) : 1;
  reader.unsignedExpGolomb(); // log2_max_frame_num_minus4
  const orderCountType = skipPictureOrder(reader);
  reader.unsignedExpGolomb(); // max_num_ref_frames
  reader.flag(); // gaps_in_frame_num_value_allowed_flag
  const size = readSize(reader, chromaFormat);
  const timing = reader.flag() ? readVui(reader) : NO_VUI;
  if (reader.exhausted || size === undefined || orderCountType > 2 || chromaFormat > 3) return undefined;
  const inOrder = profileIdc === 66 || orderCountType === 2 || timing.maxNumReorderFrames === 0;
  return { profileIdc, constraintFlags, levelIdc, ...size, ...timing, mayHaveBFrames: !inOrder };
}

/** Name of the profile for people, such as "Constrained Baseline" (H.264 §A.2). */
export function profileName(sps: Pick<SequenceParameterSet, "profileIdc" | "constraintFlags">): string {
  const set = (index: number) => (sps.constraintFlags & (0x80 >> index)) !== 0;
  switch (sps.profileIdc) {
    case 66:
      return set(1) ? "Constrained Baseline" : "Baseline";
    case 77:
      return set(0) ? "Constrained Baseline" : "Main";
    case 88:
      return "Extended";
    case 100:
      return set(4) && set(5) ? "Constrained High" : "High";
    case 110:
      return "High 10";
    case 122:
      return "High 4:2:2";
    case 244:
      return "High 4:4:4 Predictive";
    default:
      return `Profile ${sps.profileIdc}`;
  }
}

/** chroma_format_idc; the three planes coded apart count as monochrome (ChromaArrayType 0). */
function readChroma(reader: BitReader): number {
  const chromaFormat = reader.unsignedExpGolomb();
  const separatePlanes = chromaFormat === 3 && reader.flag();
  reader.unsignedExpGolomb(); // bit_depth_luma_minus8
  reader.unsignedExpGolomb(); // bit_depth_chroma_minus8
  reader.flag(); // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) {
    const lists = chromaFormat === 3 ? 12 : 8;
    for (let list = 0; list < lists; list += 1) if (reader.flag()) skipScalingList(reader, list < 6 ? 16 : 64);
  }
  return separatePlanes ? 0 : chromaFormat;
}

/** H.264 §7.3.2.1.1.1. */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let index = 0; index < size; index += 1) {
    const next = (last + reader.signedExpGolomb() + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

function skipPictureOrder(reader: BitReader): number {
  const type = reader.unsignedExpGolomb();
  if (type === 0) reader.unsignedExpGolomb(); // log2_max_pic_order_cnt_lsb_minus4
  if (type !== 1) return type;
  reader.flag(); // delta_pic_order_always_zero_flag
  reader.signedExpGolomb(); // offset_for_non_ref_pic
  reader.signedExpGolomb(); // offset_for_top_to_bottom_field
  const frames = Math.min(reader.unsignedExpGolomb(), MAX_REF_FRAMES_IN_CYCLE);
  for (let frame = 0; frame < frames; frame += 1) reader.signedExpGolomb();
  return type;
}

function readSize(reader: BitReader, chromaFormat: number): { width: number; height: number } | undefined {
  const columns = reader.unsignedExpGolomb() + 1;
  const rows = reader.unsignedExpGolomb() + 1;
  const framesOnly = reader.flag();
  if (!framesOnly) reader.flag(); // mb_adaptive_frame_field_flag
  reader.flag(); // direct_8x8_inference_flag
  const fields = framesOnly ? 1 : 2;
  if (columns > MAX_SIDE_MACROBLOCKS || rows * fields > MAX_SIDE_MACROBLOCKS) return undefined;
  let width = columns * 16;
  let height = rows * fields * 16;
  if (reader.flag()) {
    // H.264 §7.4.2.1.1: crop units depend on chroma subsampling and field coding.
    const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
    const unitY = (chromaFormat === 1 ? 2 : 1) * fields;
    width -= (reader.unsignedExpGolomb() + reader.unsignedExpGolomb()) * unitX;
    height -= (reader.unsignedExpGolomb() + reader.unsignedExpGolomb()) * unitY;
  }
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** H.264 §E.1.1. */
function readVui(reader: BitReader): Timing {
  if (reader.flag() && reader.bits(8) === EXTENDED_SAR) reader.bits(32); // sar_width, sar_height
  if (reader.flag()) reader.flag(); // overscan_appropriate_flag
  const fullRange = reader.flag() ? readVideoSignal(reader) : undefined;
  if (reader.flag()) {
    reader.unsignedExpGolomb(); // chroma_sample_loc_type_top_field
    reader.unsignedExpGolomb(); // chroma_sample_loc_type_bottom_field
  }
  const frameRate = reader.flag() ? readFrameRate(reader) : undefined;
  const nalHrd = reader.flag();
  if (nalHrd) skipHrd(reader);
  const vclHrd = reader.flag();
  if (vclHrd) skipHrd(reader);
  if (nalHrd || vclHrd) reader.flag(); // low_delay_hrd_flag
  reader.flag(); // pic_struct_present_flag
  return { fullRange, frameRate, maxNumReorderFrames: reader.flag() ? readReordering(reader) : undefined };
}

function readVideoSignal(reader: BitReader): boolean {
  reader.bits(3); // video_format
  const fullRange = reader.flag();
  if (reader.flag()) reader.bits(24); // colour_primaries, transfer_characteristics, matrix_coefficients
  return fullRange;
}

/** A frame is two ticks (H.264 §E.2.1). */
function readFrameRate(reader: BitReader): number | undefined {
  const ticks = reader.bits(32);
  const timeScale = reader.bits(32);
  reader.flag(); // fixed_frame_rate_flag
  return ticks === 0 || timeScale === 0 ? undefined : timeScale / (2 * ticks);
}

function skipHrd(reader: BitReader): void {
  const count = Math.min(reader.unsignedExpGolomb() + 1, MAX_CPB_COUNT);
  reader.bits(8); // bit_rate_scale, cpb_size_scale
  for (let index = 0; index < count; index += 1) {
    reader.unsignedExpGolomb(); // bit_rate_value_minus1
    reader.unsignedExpGolomb(); // cpb_size_value_minus1
    reader.flag(); // cbr_flag
  }
  reader.bits(20); // three delay lengths, time_offset_length
}

function readReordering(reader: BitReader): number {
  reader.flag(); // motion_vectors_over_pic_boundaries_flag
  reader.unsignedExpGolomb(); // max_bytes_per_pic_denom
  reader.unsignedExpGolomb(); // max_bits_per_mb_denom
  reader.unsignedExpGolomb(); // log2_max_mv_length_horizontal
  reader.unsignedExpGolomb(); // log2_max_mv_length_vertical
  return reader.unsignedExpGolomb(); // max_num_reorder_frames
}
