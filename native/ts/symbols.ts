import { dlopen } from "bun:ffi";

/** Every function of shim.h, as bun:ffi wants them declared. Handles are addresses; structs are handed over as typed arrays. */
const SYMBOLS = {
  bv_abi_version: { args: [], returns: "u32" },
  bv_abi_layout: { args: ["ptr", "u32"], returns: "u32" },
  bv_clock_us: { args: [], returns: "u64" },

  bv_device_open: { args: ["ptr", "ptr"], returns: "i32" },
  bv_device_close: { args: ["ptr"], returns: "void" },
  bv_device_identify: { args: ["ptr", "ptr"], returns: "i32" },
  bv_device_modes: { args: ["ptr", "ptr", "u32"], returns: "i32" },
  bv_device_controls: { args: ["ptr", "ptr", "u32"], returns: "i32" },
  bv_device_menu: { args: ["ptr", "u32", "ptr", "u32"], returns: "i32" },
  bv_device_get_control: { args: ["ptr", "u32", "ptr"], returns: "i32" },
  bv_device_set_control: { args: ["ptr", "u32", "ptr"], returns: "i32" },

  bv_pipeline_create: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  bv_pipeline_destroy: { args: ["ptr"], returns: "void" },
  bv_pipeline_arena: { args: ["ptr", "ptr"], returns: "ptr" },
  bv_pipeline_set_source: { args: ["ptr", "ptr"], returns: "i32" },
  bv_pipeline_configure_stream: { args: ["ptr", "u32", "ptr"], returns: "i32" },
  bv_pipeline_request_keyframe: { args: ["ptr", "u32"], returns: "i32" },
  bv_pipeline_request_still: { args: ["ptr", "u32", "u32"], returns: "i32" },
  bv_pipeline_acknowledge: { args: ["ptr"], returns: "void" },
  bv_pipeline_next: { args: ["ptr", "ptr"], returns: "i32" },
  bv_pipeline_release: { args: ["ptr", "u32"], returns: "void" },
  bv_pipeline_get_status: { args: ["ptr", "ptr"], returns: "i32" },
  bv_pipeline_set_stage: { args: ["ptr", "ptr"], returns: "i32" },
  bv_pipeline_set_inset: { args: ["ptr", "ptr", "u32"], returns: "i32" },
  bv_pipeline_set_scene: { args: ["ptr", "ptr"], returns: "i32" },
  bv_pipeline_set_motion: { args: ["ptr", "ptr"], returns: "i32" },
  bv_can_draw_text: { args: ["ptr"], returns: "i32" },

  bv_udp_prepare: { args: ["i32", "u32"], returns: "i32" },
  bv_tcp_prepare: { args: ["i32", "u32"], returns: "i32" },
  bv_tcp_outstanding: { args: ["i32"], returns: "i32" },
  bv_egress_create: { args: ["ptr"], returns: "i32" },
  bv_egress_destroy: { args: ["ptr"], returns: "void" },
  bv_egress_add: { args: ["ptr", "ptr"], returns: "i32" },
  bv_egress_remove: { args: ["ptr", "u32"], returns: "i32" },
  bv_egress_set_active: { args: ["ptr", "u32", "u32"], returns: "i32" },
  bv_egress_send: { args: ["ptr", "ptr", "ptr", "u32"], returns: "i32" },
  bv_egress_send_to: { args: ["ptr", "u32", "ptr", "ptr", "u32"], returns: "i32" },
  bv_egress_stats: { args: ["ptr", "u32", "ptr"], returns: "i32" },

  bv_secure_egress_create: { args: ["ptr"], returns: "i32" },
  bv_secure_egress_destroy: { args: ["ptr"], returns: "void" },
  bv_secure_egress_add: { args: ["ptr", "ptr"], returns: "i32" },
  bv_secure_egress_remove: { args: ["ptr", "u32"], returns: "i32" },
  bv_secure_egress_set_destination: { args: ["ptr", "u32", "ptr"], returns: "i32" },
  bv_secure_egress_set_channel: { args: ["ptr", "u32", "u32"], returns: "i32" },
  bv_secure_egress_set_stream: { args: ["ptr", "u32", "u32", "u32"], returns: "i32" },
  bv_secure_egress_set_active: { args: ["ptr", "u32", "u32"], returns: "i32" },
  bv_secure_egress_send: { args: ["ptr", "u32", "ptr", "u32", "ptr", "u32", "u32"], returns: "i32" },
  bv_secure_egress_send_to: { args: ["ptr", "u32", "ptr", "u32", "ptr", "u32", "u32"], returns: "i32" },
  bv_secure_egress_frame: { args: ["ptr", "u32", "ptr", "u32", "ptr", "u32", "u32", "ptr", "u32"], returns: "i32" },
  bv_secure_egress_retransmit: { args: ["ptr", "u32", "ptr", "u32"], returns: "i32" },
  bv_secure_egress_frame_retransmissions: { args: ["ptr", "u32", "ptr", "u32", "ptr", "u32"], returns: "i32" },
  bv_secure_egress_sent: { args: ["ptr", "u32", "u32", "u32", "ptr"], returns: "i32" },
  bv_secure_egress_stats: { args: ["ptr", "u32", "ptr"], returns: "i32" },
  bv_srtcp_protect: { args: ["ptr", "u32", "ptr", "u32", "ptr", "u32"], returns: "i32" },
  bv_srtcp_unprotect: { args: ["ptr", "u32", "ptr", "u32", "ptr", "u32"], returns: "i32" },
} as const;

/** Links every function of shim.h from the shared object at `path`. Throws when one is missing. */
export function linkSymbols(path: string) {
  return dlopen(path, SYMBOLS).symbols;
}

/** The functions of shim.h, callable. */
export type NativeSymbols = ReturnType<typeof linkSymbols>;
