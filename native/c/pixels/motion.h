/* Where a picture changes. Internal. */
#ifndef BV_MOTION_H
#define BV_MOTION_H

#include "../../include/shim.h"
#include "picture.h"

typedef struct {
    bv_motion config;
    uint32_t looks;       /* since the background was begun */
    uint64_t looked_us;
    int32_t background[BV_MOTION_CELLS]; /* mean luma of each cell, in 1/256, slowly following the picture */
} bv_motion_watch;

/* Replaces what is watched for, and forgets the background. */
void bv_motion_configure(bv_motion_watch *watch, const bv_motion *config);
/* Forgets the background: the next picture is of something else. */
void bv_motion_forget(bv_motion_watch *watch);
/*
 * Compares the picture with the background, some times a second; other pictures cost nothing. Returns the watched cells that changed,
 * permille; -1: it was not looked at, or there is no background yet.
 */
int32_t bv_motion_look(bv_motion_watch *watch, const bv_picture *picture, uint64_t now_us);

/* Of the whole picture, 0 … 255, from some tens of thousands of samples. */
uint32_t bv_mean_luma(const bv_picture *picture);

#endif
