/* Measuring a source's rate and thinning it out to a stream's. Internal. */
#ifndef BV_PACE_H
#define BV_PACE_H

#include <stdint.h>

/* Frames in the running window. Zeroed at the start. */
typedef struct {
    uint64_t begin_us;
    uint32_t count;
    uint32_t fps_millihertz; /* of the last full window; 0 before the first */
} bv_rate_meter;

void bv_rate_meter_count(bv_rate_meter *meter, uint64_t now_us);
/* To be called when no frame came: forgets a rate that is over. */
void bv_rate_meter_idle(bv_rate_meter *meter, uint64_t now_us);

/* Zeroed at the start. */
typedef struct {
    uint32_t credit; /* of the stream, in pictures × source rate */
} bv_pacer;

/*
 * To be asked for every picture of the source. 1: it belongs to a stream of `fps`, 0: it is one too many. Pictures are left out
 * evenly, by number and not by time, since capture times jitter; none is while the source is about as fast as the stream
 * (`source_millihertz`, 0 = unknown).
 */
int bv_pacer_takes(bv_pacer *pacer, uint32_t fps, uint32_t source_millihertz);

#endif
