/* The little of H.264's syntax that tells whether a camera's own stream can be handed on. Internal. */
#ifndef BV_H264_SYNTAX_H
#define BV_H264_SYNTAX_H

#include <stdint.h>

typedef struct {
    uint32_t width; /* pixels, cropped */
    uint32_t height;
    uint32_t full_range;
    int is_plain;   /* progressive, 4:2:0, 8 bits: what every player takes */
    uint32_t timing_bit; /* where the RBSP (header byte excluded) holds timing_info_present_flag; 0: there is no VUI */
    uint32_t has_timing; /* that flag */
} bv_sps;

/* Reads a sequence parameter set (NAL unit without start code; H.264 §7.3.2.1). 0 or BV_ERR_CORRUPT (damaged, or larger than BV_MAX_*). */
int bv_sps_read(const uint8_t *nal, uint32_t size, bv_sps *out);
/* 1: the slice (NAL unit without start code) is a B slice; 0: it is not; BV_ERR_CORRUPT (§7.3.3). */
int bv_slice_is_b(const uint8_t *nal, uint32_t size);

#endif
