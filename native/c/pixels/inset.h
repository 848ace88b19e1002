/* Another pipeline's picture in a corner. Internal. */
#ifndef BV_INSET_H
#define BV_INSET_H

#include "../../include/shim.h"
#include "miniature.h"

/* Zeroed there is none. */
typedef struct {
    bv_miniature *miniature; /* a reference to it; NULL: none is shown */
    uint32_t corner;         /* BV_OVERLAY_* */
} bv_inset;

/*
 * Draws what the miniature has in its corner of `picture`, in a frame, between the first `top` and the last `bottom` rows, which are left alone;
 * nothing where there is no room or no fresh picture.
 */
void bv_inset_draw(const bv_inset *inset, bv_picture *picture, uint32_t top, uint32_t bottom);

#endif
