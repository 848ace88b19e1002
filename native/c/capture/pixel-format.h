/* The pixel formats that the pipeline reads, and where their planes lie. Internal. */
#ifndef BV_PIXEL_FORMAT_H
#define BV_PIXEL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "../pipeline/source.h"

#define BV_MAX_PLANES 3u

typedef enum { BV_CODING_RAW, BV_CODING_JPEG, BV_CODING_H264 } bv_coding;

/* One row of the table; rows stand in order of preference. */
typedef struct {
    uint32_t fourcc;        /* as the driver names it */
    uint32_t layout;        /* as bv_raw_picture names it */
    bv_coding coding;
    uint32_t memory_planes; /* separate buffers of one picture */
} bv_pixel_format;

/* How the driver lays a picture out, as negotiated. */
typedef struct {
    const bv_pixel_format *format;
    uint32_t width;
    uint32_t height;
    uint32_t stride[BV_MAX_PLANES]; /* bytes, by memory plane */
    uint32_t fps_millihertz;        /* 0: unknown */
    uint32_t full_range;
} bv_picture_format;

/* NULL when the pipeline cannot read it. */
const bv_pixel_format *bv_pixel_format_find(uint32_t fourcc);
/* Position in the order of preference; lower is better. */
uint32_t bv_pixel_format_preference(const bv_pixel_format *format);
/* Bytes of one row in memory plane 0, the least that a driver may call its stride. */
uint32_t bv_pixel_format_row_bytes(const bv_pixel_format *format, uint32_t width);
/*
 * Points out->plane into the buffers `memory` of `payload` bytes each. False when they are too short for the picture, or empty.
 * Sets fourcc, width, height, plane, stride, size and full_range; odd sizes lose their last column or row, since chroma is halved.
 */
bool bv_picture_map(const bv_picture_format *picture, const uint8_t *const *memory, const uint32_t *payload, bv_raw_picture *out);

#endif
