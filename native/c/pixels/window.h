/* Which part of a picture is shown, and how it is turned. Internal. */
#ifndef BV_WINDOW_H
#define BV_WINDOW_H

#include "../../include/shim.h"

/* Any rotation with any flip: first the rows are put upside down, then all is rotated. */
typedef struct {
    uint32_t rotation; /* 0, 90, 180, 270 degrees clockwise */
    int is_inverted;
} bv_turn;

/* Luma pixels; x and y even. */
typedef struct {
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
} bv_window;

/* Rotation, then BV_FLIP_*. */
bv_turn bv_turn_of(uint32_t rotation, uint32_t flip);
/* The part of a picture of this size that the stage shows, before it is turned; pan and tilt are those of the turned picture. */
bv_window bv_window_of(const bv_stage *stage, uint32_t width, uint32_t height);

#endif
