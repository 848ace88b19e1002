/* Rotation, flip, zoom, image, inset and overlay between a source and the encoders. Internal. */
#ifndef BV_STAGE_H
#define BV_STAGE_H

#include "../../include/shim.h"
#include "inset.h"
#include "levels.h"
#include "overlay.h"
#include "picture.h"

/* Zeroed it is neutral; emptied with bv_stager_free. */
typedef struct {
    bv_stage stage;
    int is_active;      /* 0: pictures go past it */
    bv_levels levels;
    bv_picture view;    /* a window of the source's picture */
    bv_picture turned;  /* rotated, or written anew because the source's picture must not be changed */
    bv_picture canvas;  /* scaled, to be drawn on */
    bv_inset inset;
    bv_overlay overlay;
} bv_stager;

/* 1: every value is in its range, the texts end. */
int bv_stage_is_valid(const bv_stage *stage);
void bv_stager_configure(bv_stager *stager, const bv_stage *stage);
/* Takes the reference over; NULL ends the inset. */
void bv_stager_set_inset(bv_stager *stager, bv_miniature *miniature, uint32_t corner);
void bv_stager_free(bv_stager *stager);
/* Gives the memory for pictures back until it is needed again. */
void bv_stager_rest(bv_stager *stager);
/*
 * Rotates, flips, crops and changes the levels of a picture of limited range; pictures that own their memory are changed in
 * place. `out` is valid until the next call and as long as `in`. With a canvas size (0 = none) it has that size and may be drawn on.
 * 0 or -ENOMEM.
 */
int bv_stager_apply(bv_stager *stager, const bv_picture *in, uint32_t canvas_width, uint32_t canvas_height, bv_picture **out);

#endif
