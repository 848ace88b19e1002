/* Timing in sequence parameter sets. Internal. */
#ifndef BV_SPS_TIMING_H
#define BV_SPS_TIMING_H

#include <stdint.h>

/* What timing adds at the most: 65 bits, and emulation prevention in them and behind. */
#define BV_SPS_TIMING_BYTES 64u

/*
 * Writes the SPS `nal` (without start code) with timing_info for `fps` pictures a second, variable (E.2.1), to `out`. Players that know the rate
 * from nothing else take the RTP clock for it. Returns the new size; BV_ERR_CORRUPT when the SPS has no VUI, has timing already, or does not fit.
 */
int bv_sps_add_timing(const uint8_t *nal, uint32_t size, uint32_t fps, uint8_t *out, uint32_t capacity);

#endif
