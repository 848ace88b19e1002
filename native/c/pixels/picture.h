/* The working format: planar 4:2:0 (I420), 8 bits. Internal. */
#ifndef BV_PICTURE_H
#define BV_PICTURE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *plane[3];  /* Y, Cb, Cr */
    uint32_t stride[3]; /* bytes; of pictures that we allocate: luma a multiple of 32, chroma half of it */
    uint32_t width;     /* pixels; chroma has half of it, rounded up */
    uint32_t height;
    uint32_t full_range; /* 1: samples 0–255, 0: 16–235; what is encoded has 0 */
    uint8_t *memory;    /* owned; NULL for a view of somebody else's planes, which is not to be written */
    size_t capacity;
} bv_picture;

static inline uint32_t bv_half(uint32_t length)
{
    return (length + 1) / 2;
}

/* Gives the picture memory for this size, keeping what it has when that suffices. 0 or -ENOMEM. The samples are undefined. */
int bv_picture_allocate(bv_picture *picture, uint32_t width, uint32_t height);
void bv_picture_free(bv_picture *picture);
/* Sets every sample of a rectangle (luma coordinates, even, clipped) to one colour. */
void bv_picture_fill(bv_picture *picture, uint32_t x, uint32_t y, uint32_t width, uint32_t height, const uint8_t colour[3]);

#endif
