/* Brightness, contrast and saturation. Internal. */
#ifndef BV_LEVELS_H
#define BV_LEVELS_H

#include "picture.h"

/* A sample becomes (sample × gain + offset) / 64, clipped to the limited range. */
typedef struct {
    int16_t luma_gain;
    int16_t luma_offset;
    int16_t chroma_gain;
    int16_t chroma_offset;
} bv_levels;

/* Each -100 … 100; 0 changes nothing. */
bv_levels bv_levels_of(int32_t brightness, int32_t contrast, int32_t saturation);
/* Writes a picture of limited range anew; `out` has the same size and may be the same samples. */
void bv_levels_apply(const bv_levels *levels, const bv_picture *in, bv_picture *out);

#endif
