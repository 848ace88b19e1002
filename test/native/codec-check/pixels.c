/* Unpacking and scaling against loops that are too simple to be wrong; every buffer has exactly the size that it must have. */
#include <linux/videodev2.h>
#include <string.h>

#include "../../../native/c/pixels/scale.h"
#include "../../../native/c/pixels/unpack.h"
#include "check.h"

typedef struct {
    uint8_t *bytes[3];
    bv_raw_picture raw;
} camera_picture;

static void plane(camera_picture *picture, int index, uint32_t row_bytes, uint32_t rows, uint32_t *random)
{
    const uint32_t stride = row_bytes + random_next(random) % 3 * 8;
    const size_t size = (size_t)stride * (rows - 1) + row_bytes; /* the last row needs no padding */

    picture->bytes[index] = malloc(size);
    CHECK(picture->bytes[index] != NULL);
    for (size_t i = 0; i < size; i++)
        picture->bytes[index][i] = (uint8_t)random_next(random);
    picture->raw.plane[index] = picture->bytes[index];
    picture->raw.stride[index] = stride;
}

static camera_picture make(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t *random)
{
    camera_picture picture = {.raw = {.fourcc = fourcc, .width = width, .height = height}};
    const uint32_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;

    switch (fourcc) {
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_UYVY:
        plane(&picture, 0, 4 * half_width, height, random);
        break;
    case V4L2_PIX_FMT_NV12:
    case V4L2_PIX_FMT_NV21:
        plane(&picture, 0, width, height, random);
        plane(&picture, 1, 2 * half_width, half_height, random);
        break;
    default:
        plane(&picture, 0, width, height, random);
        plane(&picture, 1, half_width, half_height, random);
        plane(&picture, 2, half_width, half_height, random);
    }
    return picture;
}

static uint8_t average(const bv_raw_picture *raw, uint32_t x, uint32_t y, uint32_t byte)
{
    const uint32_t below = 2 * y + 1 < raw->height ? 2 * y + 1 : 2 * y;
    const uint8_t *a = raw->plane[0] + (size_t)2 * y * raw->stride[0], *b = raw->plane[0] + (size_t)below * raw->stride[0];
    return (uint8_t)((a[4 * x + byte] + b[4 * x + byte] + 1) / 2);
}

static uint8_t expected_sample(const bv_raw_picture *raw, int component, uint32_t x, uint32_t y)
{
    const int uyvy = raw->fourcc == V4L2_PIX_FMT_UYVY;

    switch (raw->fourcc) {
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_UYVY:
        if (component == 0)
            return raw->plane[0][(size_t)y * raw->stride[0] + 2 * x + (uyvy ? 1 : 0)];
        return average(raw, x, y, (component == 1 ? 1u : 3u) - (uyvy ? 1u : 0u));
    case V4L2_PIX_FMT_NV12:
    case V4L2_PIX_FMT_NV21:
        if (component > 0)
            return raw->plane[1][(size_t)y * raw->stride[1] + 2 * x + ((component == 1) == (raw->fourcc == V4L2_PIX_FMT_NV12) ? 0 : 1)];
        /* fall through */
    default:
        return raw->plane[component][(size_t)y * raw->stride[component] + x];
    }
}

void check_unpack(uint32_t seed, uint32_t rounds)
{
    static const uint32_t formats[] = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_UYVY, V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_NV21, V4L2_PIX_FMT_YUV420};
    bv_picture store = {0}, view;

    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t width = 2 + random_next(&seed) % 90, height = 2 + random_next(&seed) % 40;
        camera_picture picture = make(formats[round % 5], width, height, &seed);
        const bv_picture *out = NULL;
        CHECK(bv_unpack(&picture.raw, &store, &view, &out) == 0);
        CHECK(out->width == width && out->height == height);
        for (int c = 0; c < 3; c++)
            for (uint32_t y = 0; y < (c == 0 ? height : (height + 1) / 2); y++)
                for (uint32_t x = 0; x < (c == 0 ? width : (width + 1) / 2); x++)
                    CHECK(out->plane[c][(size_t)y * out->stride[c] + x] == expected_sample(&picture.raw, c, x, y));
        picture.raw.stride[0] = width - 1;
        CHECK(bv_unpack(&picture.raw, &store, &view, &out) == BV_ERR_CORRUPT);
        for (int i = 0; i < 3; i++)
            free(picture.bytes[i]);
    }
    bv_picture_free(&store);
}

static uint32_t box_mean(const bv_picture *in, int plane, uint32_t ratio, uint32_t x, uint32_t y)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < ratio * ratio; i++)
        sum += in->plane[plane][(size_t)(ratio * y + i / ratio) * in->stride[plane] + ratio * x + i % ratio];
    return (sum + ratio * ratio / 2) / (ratio * ratio);
}

/* A picture whose planes end where their last sample is. */
static void exact_picture(bv_picture *picture, uint32_t width, uint32_t height, uint32_t *random)
{
    *picture = (bv_picture){.width = width, .height = height, .full_range = 1};
    for (int i = 0; i < 3; i++) {
        const uint32_t row = i == 0 ? width : width / 2, rows = i == 0 ? height : height / 2;
        picture->stride[i] = row;
        picture->plane[i] = malloc((size_t)row * rows);
        CHECK(picture->plane[i] != NULL);
        for (size_t k = 0; k < (size_t)row * rows; k++)
            picture->plane[i][k] = (uint8_t)random_next(random);
    }
}

void check_scale(uint32_t seed, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t ratio = 2 + round % 3;
        const uint32_t width = 64 + 2 * (random_next(&seed) % 60), height = 64 + 2 * (random_next(&seed) % 10);
        bv_picture in, out = {0};
        exact_picture(&in, width * ratio, height * ratio, &seed);
        CHECK(bv_picture_allocate(&out, width, height) == 0 && bv_scale(&in, &out) == 0 && out.full_range == 1);
        for (int c = 0; c < 3; c++)
            for (uint32_t y = 0; y < (c == 0 ? height : height / 2); y++)
                for (uint32_t x = 0; x < (c == 0 ? width : width / 2); x++)
                    CHECK(abs((int)out.plane[c][(size_t)y * out.stride[c] + x] - (int)box_mean(&in, c, ratio, x, y)) <= (ratio == 3 ? 0 : 1));
        for (int i = 0; i < 3; i++)
            free(in.plane[i]);
        bv_picture_free(&out);
    }
}
