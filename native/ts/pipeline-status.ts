import { PIPELINE_STATUS } from "./structs.ts";

/** `opening` and `stalled` and `lost` show the slate; `stalled` ends by itself, `lost` with `Pipeline.setSource`. */
export type SourceState = "opening" | "running" | "stalled" | "lost";

const STATES: readonly SourceState[] = ["opening", "running", "stalled", "lost"];

/** Counters of one encoder. */
export interface EncoderStatus {
  /** Access units made. */
  readonly encoded: number;
  /** Access units lost in the ring or over a limit. */
  readonly dropped: number;
  readonly encodedBytes: number;
  /** Thread time spent in the encoder. */
  readonly encodeUs: number;
  /** 0, or why it does not work: -errno or BV_ERR_*. */
  readonly error: number;
}

/** A snapshot of bv_pipeline_status. */
export interface PipelineStatus {
  /** Frames taken from the source. */
  readonly captured: number;
  /** Compressed pictures skipped as damaged. */
  readonly corrupt: number;
  /** Frames skipped because newer ones waited. */
  readonly late: number;
  readonly main: EncoderStatus;
  readonly sub: EncoderStatus;
  /** Thread time spent outside the encoders. */
  readonly pixelUs: number;
  /** Which `setSource` the next fields tell of. */
  readonly sourceGeneration: number;
  readonly sourceState: SourceState;
  /** Why `lost`: -errno or BV_ERR_*; else 0. */
  readonly sourceError: number;
  /** V4L2_PIX_FMT_* that the driver delivers. */
  readonly sourceFourcc: number;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Promised by the driver; 0 when it does not say. */
  readonly sourceFps: number;
  /** Over the last second or two. */
  readonly measuredFps: number;
  /** The main stream is the camera's own H.264. */
  readonly passthrough: boolean;
  /** False: the main stream's GOP is the camera's own. */
  readonly canForceKeyframe: boolean;
  /** Capture time of the last picture in which something moved, CLOCK_MONOTONIC microseconds; 0: none since `setMotion`. */
  readonly motionUs: number;
  /** Of the source's picture, 16 (black) to 235 (white), some half a second old; 0: none was seen yet. */
  readonly meanLuma: number;
}

/** Reads a bv_pipeline_status. */
export function readStatus(bytes: Uint8Array): PipelineStatus {
  const at = PIPELINE_STATUS.offset;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u64 = (offset: number) => Number(view.getBigUint64(offset, true));
  const u32 = (offset: number) => view.getUint32(offset, true);
  const i32 = (offset: number) => view.getInt32(offset, true);
  const encoder = (index: 0 | 1): EncoderStatus => ({
    encoded: u64(at.encoded + 8 * index),
    dropped: u64(at.dropped + 8 * index),
    encodedBytes: u64(at.encoded_bytes + 8 * index),
    encodeUs: u64(at.encode_us + 8 * index),
    error: i32(at.stream_error + 4 * index),
  });
  return {
    captured: u64(at.captured),
    corrupt: u64(at.corrupt),
    late: u64(at.late),
    main: encoder(0),
    sub: encoder(1),
    pixelUs: u64(at.pixel_us),
    sourceGeneration: u32(at.source_generation),
    sourceState: STATES[u32(at.source_state)] ?? "lost",
    sourceError: i32(at.source_error),
    sourceFourcc: u32(at.source_fourcc),
    sourceWidth: u32(at.source_width),
    sourceHeight: u32(at.source_height),
    sourceFps: u32(at.source_fps_millihertz) / 1000,
    measuredFps: u32(at.measured_fps_millihertz) / 1000,
    passthrough: u32(at.passthrough) === 1,
    canForceKeyframe: u32(at.can_force_keyframe) === 1,
    motionUs: u64(at.motion_us),
    meanLuma: u32(at.mean_luma),
  };
}
