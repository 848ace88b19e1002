/* Plain loops that the compiler vectorises; faster than Debian's libyuv for these formats. */
#include "unpack.h"

#include <linux/videodev2.h>
#include <string.h>

/* Where luma and chroma lie in the four bytes of a 4:2:2 pair. */
typedef struct {
    uint32_t luma;
    uint32_t cb;
    uint32_t cr;
} packing;

static const packing packing_yuyv = {0, 1, 3};
static const packing packing_uyvy = {1, 0, 2};

static void take_second_bytes(const uint8_t *restrict in, uint8_t *restrict out, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++)
        out[x] = in[2 * x];
}

/* Every fourth byte of two rows, averaged. */
static void average_fourth_bytes(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++)
        out[x] = (uint8_t)((a[4 * x] + b[4 * x] + 1) >> 1);
}

static int unpack_packed(const bv_raw_picture *in, const packing *packing, bv_picture *out)
{
    const uint32_t chroma_width = bv_half(in->width);
    /* an odd width leaves the last pair incomplete when the rows are packed without padding */
    const uint32_t pairs = in->stride[0] / 4 < chroma_width ? in->stride[0] / 4 : chroma_width;

    if (in->stride[0] < 2 * in->width || pairs == 0)
        return BV_ERR_CORRUPT;
    for (uint32_t y = 0; y < in->height; y += 2) {
        const uint8_t *upper = in->plane[0] + (size_t)y * in->stride[0];
        const uint8_t *lower = y + 1 < in->height ? upper + in->stride[0] : upper;
        uint8_t *luma = out->plane[0] + (size_t)y * out->stride[0];
        uint8_t *cb = out->plane[1] + (size_t)(y / 2) * out->stride[1];
        uint8_t *cr = out->plane[2] + (size_t)(y / 2) * out->stride[2];

        take_second_bytes(upper + packing->luma, luma, in->width);
        if (lower != upper)
            take_second_bytes(lower + packing->luma, luma + out->stride[0], in->width);
        average_fourth_bytes(upper + packing->cb, lower + packing->cb, cb, pairs);
        average_fourth_bytes(upper + packing->cr, lower + packing->cr, cr, pairs);
        if (pairs < chroma_width) {
            cb[pairs] = cb[pairs - 1];
            cr[pairs] = cr[pairs - 1];
        }
    }
    return 0;
}

static void split_pairs(const uint8_t *restrict in, uint8_t *restrict first, uint8_t *restrict second, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++) {
        first[x] = in[2 * x];
        second[x] = in[2 * x + 1];
    }
}

static int unpack_semi_planar(const bv_raw_picture *in, int cr_first, bv_picture *out)
{
    const uint32_t chroma_width = bv_half(in->width);

    if (in->stride[0] < in->width || in->stride[1] < 2 * (in->width / 2))
        return BV_ERR_CORRUPT;
    for (uint32_t y = 0; y < in->height; y++)
        memcpy(out->plane[0] + (size_t)y * out->stride[0], in->plane[0] + (size_t)y * in->stride[0], in->width);
    for (uint32_t y = 0; y < bv_half(in->height); y++) {
        const uint32_t pairs = in->stride[1] / 2 < chroma_width ? in->stride[1] / 2 : chroma_width;
        uint8_t *cb = out->plane[1] + (size_t)y * out->stride[1];
        uint8_t *cr = out->plane[2] + (size_t)y * out->stride[2];
        split_pairs(in->plane[1] + (size_t)y * in->stride[1], cr_first ? cr : cb, cr_first ? cb : cr, pairs);
        if (pairs < chroma_width && pairs > 0) {
            cb[pairs] = cb[pairs - 1];
            cr[pairs] = cr[pairs - 1];
        }
    }
    return 0;
}

/* The planes as they are: nothing is copied. */
static int view_planar(const bv_raw_picture *in, bv_picture *view)
{
    if (in->stride[0] < in->width || in->stride[1] < in->width / 2 || in->stride[2] < in->width / 2)
        return BV_ERR_CORRUPT;
    *view = (bv_picture){.width = in->width, .height = in->height};
    for (int i = 0; i < 3; i++) {
        view->plane[i] = (uint8_t *)in->plane[i];
        view->stride[i] = in->stride[i];
    }
    return 0;
}

int bv_can_unpack(uint32_t fourcc)
{
    return fourcc == V4L2_PIX_FMT_YUYV || fourcc == V4L2_PIX_FMT_UYVY || fourcc == V4L2_PIX_FMT_NV12 ||
           fourcc == V4L2_PIX_FMT_NV21 || fourcc == V4L2_PIX_FMT_YUV420;
}

int bv_unpack(const bv_raw_picture *in, bv_picture *store, bv_picture *view, const bv_picture **out)
{
    int result;

    if (!bv_can_unpack(in->fourcc))
        return BV_ERR_NO_FORMAT;
    if (in->width < 2 || in->height < 2 || in->width > BV_MAX_WIDTH || in->height > BV_MAX_HEIGHT)
        return BV_ERR_CORRUPT;
    if (in->fourcc == V4L2_PIX_FMT_YUV420) {
        result = view_planar(in, view);
        view->full_range = in->full_range;
        *out = view;
        return result;
    }
    result = bv_picture_allocate(store, in->width, in->height);
    if (result < 0)
        return result;
    switch (in->fourcc) {
    case V4L2_PIX_FMT_YUYV:
        result = unpack_packed(in, &packing_yuyv, store);
        break;
    case V4L2_PIX_FMT_UYVY:
        result = unpack_packed(in, &packing_uyvy, store);
        break;
    default:
        result = unpack_semi_planar(in, in->fourcc == V4L2_PIX_FMT_NV21, store);
    }
    store->full_range = in->full_range;
    *out = store;
    return result;
}
