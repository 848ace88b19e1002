/* How large what is drawn on a picture is. Internal. */
#ifndef BV_STEP_H
#define BV_STEP_H

#include "picture.h"

/* To the edges, pixels at step 1. */
#define BV_EDGE_MARGIN 8u
/* A picture gets one step for so many pixels of its shorter side: twenty pixels of font for 360, sixty for 1080. */
#define BV_PIXELS_PER_STEP 360u
#define BV_STEP_SLACK 120u

/* At least 1. */
static inline uint32_t bv_step_of(const bv_picture *picture)
{
    const uint32_t shorter = picture->width < picture->height ? picture->width : picture->height;
    const uint32_t step = (shorter + BV_STEP_SLACK) / BV_PIXELS_PER_STEP;
    return step < 1 ? 1 : step;
}

#endif
