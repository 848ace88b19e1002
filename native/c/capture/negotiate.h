/* Choosing and setting the format of a capture. Internal. */
#ifndef BV_NEGOTIATE_H
#define BV_NEGOTIATE_H

#include "modes.h"
#include "pixel-format.h"

/*
 * Of `count` modes the best for the wish that is not of a format in `tried` (`tried_count` fourccs), NULL when none is left. Order: the
 * camera's own H.264 at exactly this size and rate (`allow_h264`); raw at this size and rate; JPEG at this size and
 * rate; then the nearest size with at least half the rate; then anything. H.264 serves otherwise only when wished for by name.
 */
const bv_mode *bv_mode_choose(const bv_mode *modes, uint32_t count, const bv_wish *wish, bool allow_h264, const uint32_t *tried, uint32_t tried_count);

/* Sets format and rate; *out is what the driver made of them. BV_ERR_NO_FORMAT when it insists on another or describes it absurdly; -EBUSY, -ENODEV, … */
int bv_mode_apply(const bv_capture_node *node, const bv_mode *mode, const bv_wish *wish, bv_picture_format *out);

#endif
