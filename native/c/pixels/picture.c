#include "picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Decoders and SIMD kernels may touch a little more than the last row. */
#define TAIL_BYTES 64u

int bv_picture_allocate(bv_picture *picture, uint32_t width, uint32_t height)
{
    const uint32_t stride = (width + 31u) & ~31u;
    const size_t luma = (size_t)stride * height;
    const size_t chroma = (size_t)(stride / 2) * bv_half(height);
    const size_t bytes = (luma + 2 * chroma + TAIL_BYTES + 63u) & ~(size_t)63u;

    if (bytes > picture->capacity) {
        uint8_t *memory = aligned_alloc(64, bytes);
        if (memory == NULL)
            return -ENOMEM;
        free(picture->memory);
        picture->memory = memory;
        picture->capacity = bytes;
        memset(memory, 0, bytes);
    }
    picture->plane[0] = picture->memory;
    picture->plane[1] = picture->memory + luma;
    picture->plane[2] = picture->plane[1] + chroma;
    picture->stride[0] = stride;
    picture->stride[1] = picture->stride[2] = stride / 2;
    picture->width = width;
    picture->height = height;
    picture->full_range = 0;
    return 0;
}

void bv_picture_free(bv_picture *picture)
{
    free(picture->memory);
    *picture = (bv_picture){0};
}

void bv_picture_fill(bv_picture *picture, uint32_t x, uint32_t y, uint32_t width, uint32_t height, const uint8_t colour[3])
{
    for (int i = 0; i < 3; i++) {
        const uint32_t shift = i == 0 ? 0 : 1;
        const uint32_t limit_x = i == 0 ? picture->width : bv_half(picture->width);
        const uint32_t limit_y = i == 0 ? picture->height : bv_half(picture->height);
        const uint32_t left = x >> shift;
        uint32_t right = (x + width) >> shift;
        uint32_t bottom = (y + height) >> shift;
        if (right > limit_x)
            right = limit_x;
        if (bottom > limit_y)
            bottom = limit_y;
        for (uint32_t row = y >> shift; row < bottom && left < right; row++)
            memset(picture->plane[i] + (size_t)row * picture->stride[i] + left, colour[i], right - left);
    }
}
