/* What sizes and rates a capture node offers. Internal. */
#ifndef BV_MODES_H
#define BV_MODES_H

#include "../../include/shim.h"
#include "ioctl.h"

#define BV_MAX_MODES 8192u /* vivid, the richest driver, has about 5,000; a driver without end must not hold us */

/* Where modes are put; count goes on beyond capacity, up to BV_MAX_MODES. */
typedef struct {
    bv_mode *modes;
    uint32_t capacity;
    uint32_t count;
} bv_mode_list;

/* What someone wants of a camera; also offered where a range of sizes or rates contains it. */
typedef struct {
    uint32_t width;
    uint32_t height;
    uint32_t fps_millihertz;
    uint32_t fourcc; /* 0: any that the pipeline reads; also matches a format whose layout this is */
} bv_wish;

/* Whether the pipeline can read pictures of this kind and the wish names them or none. */
bool bv_wish_allows(const bv_wish *wish, uint32_t fourcc);
/* Frames in 1000 s; 0 for a fraction that makes no sense. */
uint32_t bv_fps_millihertz(struct v4l2_fract time_per_frame);
/* Appends all modes; with a wish only those of readable formats that it allows. 0, or -ENODEV. */
int bv_modes_collect(const bv_capture_node *node, const bv_wish *wish, bv_mode_list *list);

#endif
