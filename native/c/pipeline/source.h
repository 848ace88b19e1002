/*
 * The seam between a source of pictures and the pipeline thread. Internal.
 * A source is driven by one thread only; verbs: open (by its own constructor), next, release, force_keyframe, close.
 */
#ifndef BV_SOURCE_H
#define BV_SOURCE_H

#include "../../include/shim.h"
#include "../pixels/picture.h"

/* One captured picture as the driver delivered it. Valid until release. */
typedef struct {
    uint32_t fourcc;          /* V4L2_PIX_FMT_YUYV, UYVY, NV12, NV21, YUV420 (I420; also for the contiguous planes of the M variants), MJPEG, H264 */
    uint32_t width;
    uint32_t height;
    const uint8_t *plane[3];  /* raw: luma/packed, then chroma; compressed: plane[0] only */
    uint32_t stride[3];       /* bytes; 0 for compressed */
    uint32_t size;            /* compressed: bytes in plane[0] */
    uint32_t full_range;      /* 1: samples 0–255 */
    uint64_t capture_us;      /* CLOCK_MONOTONIC */
    uint32_t index;           /* private to the source */
} bv_raw_picture;

typedef struct bv_source bv_source;

typedef struct {
    /*
     * Waits for the newest picture until `timeout_ms` (0 = do not wait) or until `wake_fd` is readable (which it does not read).
     * 1: *out is filled; 0: nothing yet; negative: the source is lost (-ENODEV unplugged, -EIO, …).
     * `skipped` is increased by the older pictures that were passed over.
     */
    int (*next)(bv_source *source, int timeout_ms, int wake_fd, bv_raw_picture *out, uint64_t *skipped);
    void (*release)(bv_source *source, const bv_raw_picture *picture);
    /* Asks the camera's own encoder for an IDR; -ENOTSUP where it cannot. */
    int (*force_keyframe)(bv_source *source);
    void (*close)(bv_source *source);
    /* Of the test source only, else NULL. `mark` draws the marks of the picture that came last on what the stage made of it, in these rows. */
    void (*set_scene)(bv_source *source, const bv_scene *scene);
    void (*mark)(bv_source *source, bv_picture *picture, uint32_t *top_rows, uint32_t *bottom_rows);
} bv_source_verbs;

/* Every source struct begins with this. */
struct bv_source {
    const bv_source_verbs *verbs;
    uint32_t fourcc;
    uint32_t width;
    uint32_t height;
    uint32_t fps_millihertz;     /* as promised by the driver */
    uint32_t can_force_keyframe;
    uint32_t leaves_marks;       /* set by the pipeline: pictures come without marks, which are drawn with `mark` */
};

/* Opens and starts; 0 or a negative error with *out untouched. bv_v4l2_source_open may block for as long as the driver's S_FMT and STREAMON take. */
int bv_v4l2_source_open(const bv_source_config *config, bv_source **out);
int bv_test_source_open(const bv_source_config *config, bv_source **out);

#endif
