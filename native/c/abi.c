/* What the bindings check at load: version and struct layouts, in the order of shim.h. */
#include <stddef.h>

#include "../include/shim.h"

#define SIZE(type) (uint32_t)sizeof(type)
#define AT(type, member) (uint32_t)offsetof(type, member)

static const uint32_t layout[] = {
#define S bv_device_identity
    SIZE(S), AT(S, driver), AT(S, card), AT(S, bus), AT(S, version), AT(S, capabilities), AT(S, multiplanar), AT(S, reserved),
#undef S
#define S bv_mode
    SIZE(S), AT(S, fourcc), AT(S, width), AT(S, height), AT(S, fps_millihertz), AT(S, flags),
#undef S
#define S bv_control
    SIZE(S), AT(S, id), AT(S, type), AT(S, flags), AT(S, reserved), AT(S, minimum), AT(S, maximum), AT(S, step),
    AT(S, default_value), AT(S, value), AT(S, name),
#undef S
#define S bv_menu_item
    SIZE(S), AT(S, value), AT(S, index), AT(S, reserved), AT(S, name),
#undef S
#define S bv_source_config
    SIZE(S), AT(S, kind), AT(S, width), AT(S, height), AT(S, fps), AT(S, fourcc), AT(S, noise), AT(S, pattern),
    AT(S, allow_passthrough), AT(S, stall_ms), AT(S, path), AT(S, slate_text),
#undef S
#define S bv_stream_config
    SIZE(S), AT(S, enabled), AT(S, width), AT(S, height), AT(S, fps), AT(S, bitrate_kbps), AT(S, gop),
#undef S
#define S bv_frame
    SIZE(S), AT(S, data), AT(S, capture_us), AT(S, encode_begin_us), AT(S, ready_us), AT(S, arena_offset), AT(S, size),
    AT(S, stream), AT(S, flags), AT(S, sequence), AT(S, ticket), AT(S, slot), AT(S, width), AT(S, height), AT(S, nal_count),
    AT(S, nal_offset), AT(S, nal_size),
#undef S
#define S bv_pipeline_status
    SIZE(S), AT(S, captured), AT(S, corrupt), AT(S, late), AT(S, encoded), AT(S, dropped), AT(S, encoded_bytes), AT(S, pixel_us),
    AT(S, encode_us), AT(S, source_generation), AT(S, source_state), AT(S, source_error), AT(S, source_fourcc),
    AT(S, source_width), AT(S, source_height), AT(S, source_fps_millihertz), AT(S, measured_fps_millihertz),
    AT(S, passthrough), AT(S, can_force_keyframe), AT(S, stream_error), AT(S, motion_us), AT(S, mean_luma),
#undef S
#define S bv_stage
    SIZE(S), AT(S, zoom_milli), AT(S, pan_milli), AT(S, tilt_milli), AT(S, rotation), AT(S, flip), AT(S, brightness),
    AT(S, contrast), AT(S, saturation), AT(S, overlay_enabled), AT(S, overlay_position), AT(S, overlay_format),
    AT(S, overlay_text),
#undef S
#define S bv_scene
    SIZE(S), AT(S, light_percent), AT(S, rotor_speed_permille),
#undef S
#define S bv_motion
    SIZE(S), AT(S, enabled), AT(S, step), AT(S, permille), AT(S, cells),
#undef S
#define S bv_destination
    SIZE(S), AT(S, fd), AT(S, family), AT(S, port), AT(S, scope_id), AT(S, has_source), AT(S, reserved), AT(S, address),
    AT(S, source),
#undef S
#define S bv_destination_stats
    SIZE(S), AT(S, packets), AT(S, bytes), AT(S, lost), AT(S, last_error), AT(S, gso),
#undef S
#define S bv_secure_viewer
    SIZE(S), AT(S, profile), AT(S, stream), AT(S, timestamp_offset), AT(S, ssrc), AT(S, payload_type), AT(S, first_sequence),
    AT(S, has_rtx), AT(S, rtx_ssrc), AT(S, rtx_payload_type), AT(S, rtx_first_sequence), AT(S, abs_send_time_id),
    AT(S, transport_sequence_id), AT(S, mid_id), AT(S, local_key), AT(S, local_salt), AT(S, remote_key), AT(S, remote_salt),
    AT(S, mid),
#undef S
#define S bv_secure_viewer_stats
    SIZE(S), AT(S, packets), AT(S, octets), AT(S, rtx_packets), AT(S, rtx_octets), AT(S, retransmitted), AT(S, bytes), AT(S, lost),
    AT(S, rtcp_refused), AT(S, rtcp_replayed), AT(S, last_sent_us), AT(S, last_error), AT(S, gso), AT(S, next_sequence),
    AT(S, last_timestamp), AT(S, next_transport_sequence), AT(S, active),
#undef S
};

uint32_t bv_abi_version(void)
{
    return BV_ABI_VERSION;
}

uint32_t bv_abi_layout(uint32_t *out, uint32_t capacity)
{
    const uint32_t count = sizeof layout / sizeof layout[0];
    for (uint32_t i = 0; i < count && i < capacity; i++)
        out[i] = layout[i];
    return count;
}
