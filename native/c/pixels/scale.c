#include "scale.h"

#include <errno.h>
#include <libyuv/scale.h>

#include "../../include/shim.h"

/* Whole ratios from 2 to this are averaged here, faster than libyuv does; sums of 16 samples fit 16 bits many times. */
#define MAX_BOX_RATIO 4u

typedef struct {
    const uint8_t *in;
    uint32_t in_stride;
    uint8_t *out;
    uint32_t out_stride;
    uint32_t width; /* of out */
    uint32_t height;
} plane_pair;

static void sum_rows(const uint8_t *restrict in, uint32_t stride, uint32_t ratio, uint16_t *restrict sums, uint32_t width)
{
    if (ratio == 3) {
        for (uint32_t x = 0; x < width; x++)
            sums[x] = (uint16_t)(in[x] + in[x + stride] + in[x + 2 * (size_t)stride]);
        return;
    }
    for (uint32_t x = 0; x < width; x++)
        sums[x] = (uint16_t)(in[x] + in[x + stride]);
    for (uint32_t row = 2; row < ratio; row++) {
        const uint8_t *next = in + (size_t)row * stride;
        for (uint32_t x = 0; x < width; x++)
            sums[x] = (uint16_t)(sums[x] + next[x]);
    }
}

static void average_columns(const uint16_t *restrict sums, uint32_t ratio, uint8_t *restrict out, uint32_t width)
{
    if (ratio == 2) {
        for (uint32_t x = 0; x < width; x++)
            out[x] = (uint8_t)((sums[2 * x] + sums[2 * x + 1] + 2) >> 2);
        return;
    }
    if (ratio == 3) { /* 7282 / 2^16 is 1/9 */
        for (uint32_t x = 0; x < width; x++)
            out[x] = (uint8_t)(((uint32_t)(sums[3 * x] + sums[3 * x + 1] + sums[3 * x + 2] + 4) * 7282u) >> 16);
        return;
    }
    for (uint32_t x = 0; x < width; x++)
        out[x] = (uint8_t)((sums[4 * x] + sums[4 * x + 1] + sums[4 * x + 2] + sums[4 * x + 3] + 8) >> 4);
}

static void box_plane(const plane_pair *pair, uint32_t ratio)
{
    uint16_t sums[BV_MAX_WIDTH];

    for (uint32_t y = 0; y < pair->height; y++) {
        sum_rows(pair->in + (size_t)y * ratio * pair->in_stride, pair->in_stride, ratio, sums, pair->width * ratio);
        average_columns(sums, ratio, pair->out + (size_t)y * pair->out_stride, pair->width);
    }
}

/* 2, 3 or 4 when `in` is exactly that much larger in both directions, else 0. */
static uint32_t whole_ratio(const bv_picture *in, const bv_picture *out)
{
    const uint32_t ratio = in->width / out->width;
    const int exact = ratio >= 2 && ratio <= MAX_BOX_RATIO && in->width == ratio * out->width &&
                      in->height == ratio * out->height && out->width % 2 == 0 && out->height % 2 == 0;
    return exact && in->width <= BV_MAX_WIDTH ? ratio : 0;
}

int bv_scale(const bv_picture *in, bv_picture *out)
{
    const uint32_t ratio = whole_ratio(in, out);
    int result = 0;

    if (ratio != 0) {
        for (int i = 0; i < 3; i++) {
            const plane_pair pair = {in->plane[i], in->stride[i], out->plane[i], out->stride[i],
                                     i == 0 ? out->width : out->width / 2, i == 0 ? out->height : out->height / 2};
            box_plane(&pair, ratio);
        }
    } else if (I420Scale(in->plane[0], (int)in->stride[0], in->plane[1], (int)in->stride[1], in->plane[2],
                         (int)in->stride[2], (int)in->width, (int)in->height, out->plane[0], (int)out->stride[0],
                         out->plane[1], (int)out->stride[1], out->plane[2], (int)out->stride[2], (int)out->width,
                         (int)out->height, kFilterBox) != 0) {
        result = -ENOMEM;
    }
    out->full_range = in->full_range;
    return result;
}
