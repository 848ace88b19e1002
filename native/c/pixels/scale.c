#include "scale.h"

#include <errno.h>
#include <libyuv/scale.h>

#include "scale-third.h"

#define THIRD 3u

/* 1: `in` is exactly three times as large in both directions, chroma included. libyuv is slow at that and fast at the rest. */
static int is_third(const bv_picture *in, const bv_picture *out)
{
    return in->width == THIRD * out->width && in->height == THIRD * out->height && out->width % 2 == 0 && out->height % 2 == 0;
}

static void scale_to_third(const bv_picture *in, bv_picture *out)
{
    for (int i = 0; i < 3; i++) {
        const uint32_t width = i == 0 ? out->width : out->width / 2;
        const uint32_t height = i == 0 ? out->height : out->height / 2;
        for (uint32_t y = 0; y < height; y++)
            bv_scale_third_row(in->plane[i] + (size_t)y * THIRD * in->stride[i], in->stride[i],
                               out->plane[i] + (size_t)y * out->stride[i], width);
    }
}

int bv_scale(const bv_picture *in, bv_picture *out)
{
    out->full_range = in->full_range;
    if (is_third(in, out)) {
        scale_to_third(in, out);
        return 0;
    }
    return I420Scale(in->plane[0], (int)in->stride[0], in->plane[1], (int)in->stride[1], in->plane[2], (int)in->stride[2],
                     (int)in->width, (int)in->height, out->plane[0], (int)out->stride[0], out->plane[1],
                     (int)out->stride[1], out->plane[2], (int)out->stride[2], (int)out->width, (int)out->height,
                     kFilterBox) == 0
               ? 0
               : -ENOMEM;
}
