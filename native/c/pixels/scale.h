/* Scaling. Internal. */
#ifndef BV_SCALE_H
#define BV_SCALE_H

#include "picture.h"

/* Scales `in` to the size that `out` (allocated) has and hands the range on. Averages when shrinking, interpolates when growing. 0 or -ENOMEM. */
int bv_scale(const bv_picture *in, bv_picture *out);

#endif
