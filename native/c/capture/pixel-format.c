#include "pixel-format.h"

#include <linux/videodev2.h>
#include <stddef.h>

#define MIN_COMPRESSED_BYTES 5u /* a start code and a NAL header, or the markers of an empty JPEG */

static const bv_pixel_format FORMATS[] = {
    { V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_YUYV, BV_CODING_RAW, 1 },
    { V4L2_PIX_FMT_UYVY, V4L2_PIX_FMT_UYVY, BV_CODING_RAW, 1 },
    { V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_NV12, BV_CODING_RAW, 1 },
    { V4L2_PIX_FMT_NV21, V4L2_PIX_FMT_NV21, BV_CODING_RAW, 1 },
    { V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_YUV420, BV_CODING_RAW, 1 },
    { V4L2_PIX_FMT_NV12M, V4L2_PIX_FMT_NV12, BV_CODING_RAW, 2 },
    { V4L2_PIX_FMT_NV21M, V4L2_PIX_FMT_NV21, BV_CODING_RAW, 2 },
    { V4L2_PIX_FMT_YUV420M, V4L2_PIX_FMT_YUV420, BV_CODING_RAW, 3 },
    { V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_MJPEG, BV_CODING_JPEG, 1 },
    { V4L2_PIX_FMT_JPEG, V4L2_PIX_FMT_MJPEG, BV_CODING_JPEG, 1 },
    { V4L2_PIX_FMT_H264, V4L2_PIX_FMT_H264, BV_CODING_H264, 1 },
};

const bv_pixel_format *bv_pixel_format_find(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (FORMATS[i].fourcc == fourcc)
            return &FORMATS[i];
    return NULL;
}

uint32_t bv_pixel_format_preference(const bv_pixel_format *format)
{
    return (uint32_t)(format - FORMATS);
}

static bool is_packed(uint32_t layout)
{
    return layout == V4L2_PIX_FMT_YUYV || layout == V4L2_PIX_FMT_UYVY;
}

uint32_t bv_pixel_format_row_bytes(const bv_pixel_format *format, uint32_t width)
{
    if (format->coding != BV_CODING_RAW)
        return 0;
    return is_packed(format->layout) ? (width + 1) / 2 * 4 : width;
}

static uint32_t picture_planes(uint32_t layout)
{
    if (is_packed(layout))
        return 1;
    return layout == V4L2_PIX_FMT_YUV420 ? 3 : 2;
}

static bool map_raw(const bv_picture_format *picture, const uint8_t *const *memory, const uint32_t *payload, bv_raw_picture *out)
{
    const bv_pixel_format *format = picture->format;
    const uint32_t planes = picture_planes(format->layout);
    uint64_t offset = 0; /* in the current memory plane */
    for (uint32_t i = 0; i < planes; i++) {
        const uint32_t source = format->memory_planes > 1 ? i : 0;
        const uint32_t rows = i == 0 ? picture->height : (picture->height + 1) / 2;
        uint32_t stride = picture->stride[source];
        uint32_t row_bytes = bv_pixel_format_row_bytes(format, picture->width);
        if (i > 0)
            row_bytes = planes == 3 ? (picture->width + 1) / 2 : (picture->width + 1) / 2 * 2;
        if (i > 0 && source == 0 && planes == 3)
            stride /= 2;
        if (source != 0)
            offset = 0;
        /* The last row needs no padding behind it. */
        if (stride < row_bytes || offset + (uint64_t)stride * (rows - 1) + row_bytes > payload[source])
            return false;
        out->plane[i] = memory[source] + offset;
        out->stride[i] = stride;
        offset += (uint64_t)stride * rows;
    }
    out->width = picture->width & ~1u;
    out->height = picture->height & ~1u;
    return true;
}

bool bv_picture_map(const bv_picture_format *picture, const uint8_t *const *memory, const uint32_t *payload, bv_raw_picture *out)
{
    *out = (bv_raw_picture){
        .fourcc = picture->format->layout,
        .width = picture->width,
        .height = picture->height,
        .full_range = picture->full_range,
    };
    if (picture->format->coding == BV_CODING_RAW)
        return map_raw(picture, memory, payload, out);
    if (payload[0] < MIN_COMPRESSED_BYTES)
        return false;
    out->plane[0] = memory[0];
    out->size = payload[0];
    return true;
}
