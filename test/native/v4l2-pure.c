/* Checks of what needs no device: which mode is chosen, and where a picture's planes lie. Exit code 0: all hold. */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../native/c/capture/negotiate.h"

static int failures;

static void check(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    failures++;
}

#define MODE(format, w, h, fps) { V4L2_PIX_FMT_##format, w, h, (fps) * 1000, BV_MODE_READABLE }
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A usual webcam. */
static const bv_mode WEBCAM[] = {
    MODE(H264, 1920, 1080, 30), MODE(H264, 1280, 720, 30), MODE(MJPEG, 1920, 1080, 30), MODE(MJPEG, 1280, 720, 60), MODE(MJPEG, 1280, 720, 30),
    MODE(YUYV, 640, 480, 30),   MODE(YUYV, 1280, 720, 10), MODE(YUYV, 1920, 1080, 5),   MODE(NV12, 640, 480, 15),   MODE(NV12, 640, 480, 30),
    MODE(SRGGB8, 1280, 720, 120),
};

static void check_choice(const char *what, bv_wish wish, bool allow_h264, const uint32_t *tried, uint32_t tried_count, bv_mode expected)
{
    const bv_mode *found = bv_mode_choose(WEBCAM, COUNT(WEBCAM), &wish, allow_h264, tried, tried_count);
    check(found && found->fourcc == expected.fourcc && found->width == expected.width && found->fps_millihertz == expected.fps_millihertz, what);
}

static void check_choices(void)
{
    const bv_wish hd = { 1280, 720, 30000, 0 }, vga = { 640, 480, 30000, 0 }, vga10 = { 640, 480, 10000, 0 }, fast = { 1280, 720, 50000, 0 };
    const uint32_t yuyv[] = { V4L2_PIX_FMT_YUYV }, both[] = { V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_NV12 };
    const uint32_t all[] = { V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_H264 };
    check_choice("the camera's H.264 where it fits", hd, true, NULL, 0, (bv_mode)MODE(H264, 1280, 720, 30));
    check_choice("no H.264 where it is not allowed, and the lowest rate that suffices", hd, false, NULL, 0, (bv_mode)MODE(MJPEG, 1280, 720, 30));
    check_choice("no H.264 at a lower rate than wanted", fast, true, NULL, 0, (bv_mode)MODE(MJPEG, 1280, 720, 60));
    check_choice("raw before compressed", vga, true, NULL, 0, (bv_mode)MODE(YUYV, 640, 480, 30));
    check_choice("the next format after a failed one", vga, true, yuyv, 1, (bv_mode)MODE(NV12, 640, 480, 30));
    check_choice("the next higher rate", vga10, true, yuyv, 1, (bv_mode)MODE(NV12, 640, 480, 15));
    check_choice("another size when both failed", vga, true, both, 2, (bv_mode)MODE(MJPEG, 1280, 720, 30));
    check_choice("a smaller loss of rate than of size", (bv_wish){ 1920, 1080, 60000, 0 }, false, NULL, 0, (bv_mode)MODE(MJPEG, 1920, 1080, 30));
    check_choice("the format asked for, however slow", (bv_wish){ 1920, 1080, 30000, V4L2_PIX_FMT_YUYV }, false, all + 3, 1, (bv_mode)MODE(YUYV, 640, 480, 30));
    check_choice("H.264 by name at another size", (bv_wish){ 800, 600, 30000, V4L2_PIX_FMT_H264 }, false, all, 3, (bv_mode)MODE(H264, 1280, 720, 30));
    check(!bv_mode_choose(WEBCAM, COUNT(WEBCAM), &hd, true, all, 4), "nothing is left when all failed");
    check(!bv_mode_choose(WEBCAM + 10, 1, &hd, true, NULL, 0), "nothing in formats that cannot be read");

    const bv_mode ntsc[] = { { V4L2_PIX_FMT_YUYV, 640, 480, 29970, BV_MODE_READABLE }, MODE(YUYV, 640, 480, 60) };
    check(bv_mode_choose(ntsc, 2, &vga, true, NULL, 0) == &ntsc[0], "29.97 serves for 30");
    const bv_mode unknown[] = { MODE(YUYV, 640, 480, 0), MODE(NV12, 640, 480, 30) };
    check(bv_mode_choose(unknown, 2, &vga, true, NULL, 0) == &unknown[0], "an unknown rate is believed");
    const bv_mode empty[] = { MODE(YUYV, 0, 480, 30), MODE(YUYV, 640, 0, 30) };
    check(!bv_mode_choose(empty, 2, &vga, true, NULL, 0), "sizes of nothing are passed over");
    const bv_mode giant[] = { MODE(YUYV, UINT32_MAX, UINT32_MAX, 30), MODE(YUYV, 320, 240, 30) };
    check(bv_mode_choose(giant, 2, &vga, true, NULL, 0) == &giant[1], "absurd sizes neither win nor overflow");
}

static void check_rates(void)
{
    check(bv_fps_millihertz((struct v4l2_fract){ 1001, 30000 }) == 29970, "NTSC");
    check(bv_fps_millihertz((struct v4l2_fract){ 333333, 10000000 }) == 30000, "UVC's rounded interval");
    check(bv_fps_millihertz((struct v4l2_fract){ 0, 30 }) == 0 && bv_fps_millihertz((struct v4l2_fract){ 1, 0 }) == 0, "fractions of nothing");
    check(bv_fps_millihertz((struct v4l2_fract){ 1, UINT32_MAX }) == 0, "an absurd rate");
}

/* Whether a picture with `payload` bytes at the end of exactly as much memory is taken; ASan watches the bytes. */
static bool maps(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t stride, uint32_t bytes, bv_raw_picture *out)
{
    const bv_picture_format picture = { .format = bv_pixel_format_find(fourcc), .width = width, .height = height, .stride = { stride, stride, stride } };
    uint8_t *memory = malloc(bytes ? bytes : 1);
    const uint8_t *planes[] = { memory, memory, memory };
    const uint32_t payload[] = { bytes, bytes, bytes };
    const bool mapped = memory && bv_picture_map(&picture, planes, payload, out);
    if (mapped && out->stride[1])
        check(out->plane[1][(size_t)(out->height / 2 - 1) * out->stride[1]] == out->plane[1][(size_t)(out->height / 2 - 1) * out->stride[1]], "readable");
    for (int i = 0; mapped && i < 3; i++)
        out->plane[i] = out->plane[i] ? (const uint8_t *)NULL + (out->plane[i] - memory) : NULL;
    free(memory);
    return mapped;
}

static void check_planes(void)
{
    bv_raw_picture p;
    check(maps(V4L2_PIX_FMT_YUYV, 64, 32, 160, 160 * 31 + 128, &p) && p.stride[0] == 160, "the last row needs no padding");
    check(!maps(V4L2_PIX_FMT_YUYV, 64, 32, 160, 160 * 31 + 127, &p), "one byte too few");
    check(!maps(V4L2_PIX_FMT_YUYV, 64, 32, 126, 126 * 32, &p), "rows shorter than the picture is wide");
    check(maps(V4L2_PIX_FMT_NV12, 64, 32, 80, 80 * 48, &p) && (size_t)p.plane[1] == 80 * 32 && p.stride[1] == 80, "NV12 chroma");
    check(!maps(V4L2_PIX_FMT_NV12, 64, 32, 80, 80 * 32 + 80 * 15 + 63, &p), "short NV12 chroma");
    check(maps(V4L2_PIX_FMT_YUV420, 64, 32, 80, 80 * 48, &p) && (size_t)p.plane[2] == 80 * 40 && p.stride[2] == 40, "I420 chroma");
    check(!maps(V4L2_PIX_FMT_YUV420, 64, 32, 80, 80 * 40, &p), "I420 without its last plane");
    check(maps(V4L2_PIX_FMT_NV12M, 64, 32, 80, 80 * 32, &p) && p.fourcc == V4L2_PIX_FMT_NV12, "NV12M is read as NV12");
    check(maps(V4L2_PIX_FMT_YUV420, 65, 33, 66, 66 * 33 + 33 * 34, &p) && p.width == 64 && p.height == 32, "odd sizes are cut");
    check(maps(V4L2_PIX_FMT_MJPEG, 64, 32, 0, 10, &p) && p.size == 10, "compressed");
    check(!maps(V4L2_PIX_FMT_MJPEG, 64, 32, 0, 0, &p) && !maps(V4L2_PIX_FMT_H264, 64, 32, 0, 4, &p), "empty compressed pictures");
}

int main(void)
{
    check_choices();
    check_rates();
    check_planes();
    return failures != 0;
}
