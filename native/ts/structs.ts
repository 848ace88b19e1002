/** Layouts of the structs of shim.h, computed by the C rules; `Library` compares them with what the compiler made of them. */

type Scalar = "u8" | "char" | "u32" | "i32" | "u64" | "i64";
type Member = Scalar | readonly [Scalar, number];

const SCALAR_BYTES: Readonly<Record<Scalar, number>> = { u8: 1, char: 1, u32: 4, i32: 4, u64: 8, i64: 8 };

/** Where the members of one C struct lie. */
export interface StructLayout<Name extends string> {
  /** sizeof, bytes. */
  readonly size: number;
  /** offsetof each member, bytes. */
  readonly offset: Readonly<Record<Name, number>>;
}

function layout<const Members extends Readonly<Record<string, Member>>>(
  members: Members,
): StructLayout<keyof Members & string> {
  const offset: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const [name, member] of Object.entries(members)) {
    const [scalar, count] = typeof member === "string" ? [member, 1] : member;
    const bytes = SCALAR_BYTES[scalar];
    const start = Math.ceil(end / bytes) * bytes;
    offset[name] = start;
    end = start + bytes * count;
    alignment = Math.max(alignment, bytes);
  }
  return { size: Math.ceil(end / alignment) * alignment, offset: offset as Record<keyof Members & string, number> };
}

/** BV_ABI_VERSION that these bindings were written for. */
export const ABI_VERSION = 4;
/** BV_MAX_NALS. */
export const MAX_NALS = 64;

/** bv_device_identity */
export const DEVICE_IDENTITY = layout({
  driver: ["char", 16],
  card: ["char", 32],
  bus: ["char", 32],
  version: "u32",
  capabilities: "u32",
  multiplanar: "u32",
  reserved: "u32",
});

/** bv_mode */
export const MODE = layout({ fourcc: "u32", width: "u32", height: "u32", fps_millihertz: "u32", flags: "u32" });

/** bv_control */
export const CONTROL = layout({
  id: "u32",
  type: "u32",
  flags: "u32",
  reserved: "u32",
  minimum: "i64",
  maximum: "i64",
  step: "i64",
  default_value: "i64",
  value: "i64",
  name: ["char", 32],
});

/** bv_menu_item */
export const MENU_ITEM = layout({ value: "i64", index: "u32", reserved: "u32", name: ["char", 32] });

/** bv_source_config */
export const SOURCE_CONFIG = layout({
  kind: "u32",
  width: "u32",
  height: "u32",
  fps: "u32",
  fourcc: "u32",
  noise: "u32",
  pattern: "u32",
  allow_passthrough: "u32",
  stall_ms: "u32",
  path: ["char", 256],
  slate_text: ["char", 64],
});

/** bv_stream_config */
export const STREAM_CONFIG = layout({
  enabled: "u32",
  width: "u32",
  height: "u32",
  fps: "u32",
  bitrate_kbps: "u32",
  gop: "u32",
});

/** bv_frame */
export const FRAME = layout({
  data: "u64",
  capture_us: "u64",
  encode_begin_us: "u64",
  ready_us: "u64",
  arena_offset: "u32",
  size: "u32",
  stream: "u32",
  flags: "u32",
  sequence: "u32",
  ticket: "u32",
  slot: "u32",
  width: "u32",
  height: "u32",
  nal_count: "u32",
  nal_offset: ["u32", MAX_NALS],
  nal_size: ["u32", MAX_NALS],
});

/** bv_pipeline_status */
export const PIPELINE_STATUS = layout({
  captured: "u64",
  corrupt: "u64",
  late: "u64",
  encoded: ["u64", 2],
  dropped: ["u64", 2],
  encoded_bytes: ["u64", 2],
  pixel_us: "u64",
  encode_us: ["u64", 2],
  source_generation: "u32",
  source_state: "u32",
  source_error: "i32",
  source_fourcc: "u32",
  source_width: "u32",
  source_height: "u32",
  source_fps_millihertz: "u32",
  measured_fps_millihertz: "u32",
  passthrough: "u32",
  can_force_keyframe: "u32",
  stream_error: ["i32", 2],
  motion_us: "u64",
  mean_luma: "u32",
});

/** bv_stage */
export const PICTURE_STAGE = layout({
  zoom_milli: "u32",
  pan_milli: "i32",
  tilt_milli: "i32",
  rotation: "u32",
  flip: "u32",
  brightness: "i32",
  contrast: "i32",
  saturation: "i32",
  overlay_enabled: "u32",
  overlay_position: "u32",
  overlay_format: ["char", 256],
  overlay_text: ["char", 512],
});

/** BV_MOTION_COLUMNS and BV_MOTION_ROWS. */
export const MOTION_GRID = { columns: 32, rows: 18 } as const;

/** bv_motion */
export const MOTION = layout({
  enabled: "u32",
  step: "u32",
  permille: "u32",
  cells: ["u8", MOTION_GRID.columns * MOTION_GRID.rows],
});

/** bv_scene */
export const TEST_SCENE = layout({ light_percent: "u32", rotor_speed_permille: "i32" });

/** bv_destination */
export const DESTINATION = layout({
  fd: "i32",
  family: "u32",
  port: "u32",
  scope_id: "u32",
  has_source: "u32",
  reserved: "u32",
  address: ["u8", 16],
  source: ["u8", 16],
});

/** bv_destination_stats */
export const DESTINATION_STATS = layout({ packets: "u64", bytes: "u64", lost: "u64", last_error: "i32", gso: "u32" });

/** bv_secure_viewer */
export const SECURE_VIEWER = layout({
  profile: "u32",
  stream: "u32",
  timestamp_offset: "u32",
  ssrc: "u32",
  payload_type: "u32",
  first_sequence: "u32",
  has_rtx: "u32",
  rtx_ssrc: "u32",
  rtx_payload_type: "u32",
  rtx_first_sequence: "u32",
  abs_send_time_id: "u32",
  transport_sequence_id: "u32",
  mid_id: "u32",
  local_key: ["u8", 16],
  local_salt: ["u8", 14],
  remote_key: ["u8", 16],
  remote_salt: ["u8", 14],
  mid: ["char", 20],
});

/** bv_secure_viewer_stats */
export const SECURE_VIEWER_STATS = layout({
  packets: "u64",
  octets: "u64",
  rtx_packets: "u64",
  rtx_octets: "u64",
  retransmitted: "u64",
  bytes: "u64",
  lost: "u64",
  rtcp_refused: "u64",
  rtcp_replayed: "u64",
  last_sent_us: "u64",
  last_error: "i32",
  gso: "u32",
  next_sequence: "u32",
  last_timestamp: "u32",
  next_transport_sequence: "u32",
  active: "u32",
});

const IN_HEADER_ORDER: readonly StructLayout<string>[] = [
  DEVICE_IDENTITY,
  MODE,
  CONTROL,
  MENU_ITEM,
  SOURCE_CONFIG,
  STREAM_CONFIG,
  FRAME,
  PIPELINE_STATUS,
  PICTURE_STAGE,
  TEST_SCENE,
  MOTION,
  DESTINATION,
  DESTINATION_STATS,
  SECURE_VIEWER,
  SECURE_VIEWER_STATS,
];

/** The numbers that bv_abi_layout must give: sizeof and offsets, struct after struct in the header's order. */
export function expectedAbiLayout(): number[] {
  return IN_HEADER_ORDER.flatMap((struct) => [struct.size, ...Object.values(struct.offset)]);
}

/** Reads a NUL-terminated UTF-8 member of at most `length` bytes. */
export function readText(bytes: Uint8Array, offset: number, length: number): string {
  const member = bytes.subarray(offset, offset + length);
  const end = member.indexOf(0);
  return new TextDecoder().decode(end < 0 ? member : member.subarray(0, end));
}

/** Writes a NUL-terminated UTF-8 member of `length` bytes. RangeError when the text does not fit. */
export function writeText(bytes: Uint8Array, offset: number, length: number, text: string): void {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length >= length || encoded.includes(0))
    throw new RangeError(`text of ${encoded.length} bytes does not fit in ${length}`);
  bytes.fill(0, offset, offset + length);
  bytes.set(encoded, offset);
}
