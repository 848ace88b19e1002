/* Sample ranges. Internal. */
#ifndef BV_RANGE_H
#define BV_RANGE_H

#include "picture.h"

/*
 * Writes `in` (samples 0–255) to `out` in the limited range that video has by habit: many recorders and browsers ignore what a stream says of its
 * range, and FFmpeg does not notice when that alone changes. `out` may be `in`; otherwise it gets memory. 0 or -ENOMEM.
 */
int bv_limit_range(const bv_picture *in, bv_picture *out);

#endif
