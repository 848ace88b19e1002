#include "modes.h"

#include <errno.h>
#include <stddef.h>

#include "pixel-format.h"

#define MAX_FORMATS 128u  /* vivid has 93 */
#define MAX_SIZES 64u     /* of one format; cameras have up to about 30 */
#define MAX_INTERVALS 64u /* of one size; vivid has 13 */
#define MAX_FPS_MILLIHERTZ 1000000u

typedef struct {
    uint32_t width, height;
} frame_size;

static const frame_size USUAL_SIZES[] = {
    { 160, 120 },   { 176, 144 },   { 320, 180 },   { 320, 240 },   { 352, 288 },   { 640, 360 },   { 640, 480 },   { 800, 600 },
    { 960, 540 },   { 1024, 768 },  { 1280, 720 },  { 1280, 960 },  { 1280, 1024 }, { 1600, 1200 }, { 1920, 1080 }, { 2048, 1536 },
    { 2304, 1296 }, { 2560, 1440 }, { 2592, 1944 }, { 3280, 2464 }, { 3840, 2160 }, { 4056, 3040 },
};
static const uint32_t USUAL_FPS[] = { 5, 10, 15, 20, 24, 25, 30, 50, 60, 90, 120 };

/* What one walk over the driver's lists carries along. */
typedef struct {
    const bv_capture_node *node;
    const bv_wish *wish; /* or NULL */
    bv_mode_list *list;
    uint32_t fourcc;
    bool readable;
} walk;

uint32_t bv_fps_millihertz(struct v4l2_fract time_per_frame)
{
    if (time_per_frame.numerator == 0 || time_per_frame.denominator == 0)
        return 0;
    uint64_t rate = ((uint64_t)time_per_frame.denominator * 1000 + time_per_frame.numerator / 2) / time_per_frame.numerator;
    return rate <= MAX_FPS_MILLIHERTZ ? (uint32_t)rate : 0;
}

static void append(const walk *w, frame_size size, uint32_t fps_millihertz)
{
    const bool usable = w->readable && size.width <= BV_MAX_WIDTH && size.height <= BV_MAX_HEIGHT;
    if (w->list->count >= BV_MAX_MODES)
        return;
    if (w->list->count < w->list->capacity)
        w->list->modes[w->list->count] = (bv_mode){
            .fourcc = w->fourcc,
            .width = size.width,
            .height = size.height,
            .fps_millihertz = fps_millihertz,
            .flags = usable ? BV_MODE_READABLE : 0,
        };
    w->list->count++;
}

/* A range of rates is told by its ends, the usual ones between them and the one wished for. */
static void append_rate_range(const walk *w, frame_size size, const struct v4l2_frmival_stepwise *range)
{
    const uint32_t slowest = bv_fps_millihertz(range->max), fastest = bv_fps_millihertz(range->min);
    if (slowest == 0 || fastest < slowest) {
        append(w, size, 0);
        return;
    }
    append(w, size, slowest);
    bool wished = !w->wish;
    for (size_t i = 0; i < sizeof USUAL_FPS / sizeof *USUAL_FPS; i++) {
        const uint32_t rate = USUAL_FPS[i] * 1000;
        wished |= w->wish && w->wish->fps_millihertz == rate;
        if (rate > slowest && rate < fastest)
            append(w, size, rate);
    }
    if (!wished && w->wish->fps_millihertz > slowest && w->wish->fps_millihertz < fastest)
        append(w, size, w->wish->fps_millihertz);
    if (fastest > slowest)
        append(w, size, fastest);
}

static void append_rates(const walk *w, frame_size size)
{
    for (uint32_t i = 0; i < MAX_INTERVALS; i++) {
        struct v4l2_frmivalenum interval = { .index = i, .pixel_format = w->fourcc, .width = size.width, .height = size.height };
        if (bv_ioctl(w->node->fd, VIDIOC_ENUM_FRAMEINTERVALS, &interval) < 0) {
            if (i == 0)
                append(w, size, 0);
            return;
        }
        if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
            append_rate_range(w, size, &interval.stepwise);
            return;
        }
        append(w, size, bv_fps_millihertz(interval.discrete));
    }
}

static uint32_t fit(uint32_t wanted, uint32_t least, uint32_t most, uint32_t step)
{
    if (wanted <= least)
        return least;
    if (wanted > most)
        wanted = most;
    return least + (wanted - least) / step * step;
}

static frame_size fit_size(frame_size wanted, const struct v4l2_frmsize_stepwise *range)
{
    return (frame_size){ fit(wanted.width, range->min_width, range->max_width, range->step_width),
                         fit(wanted.height, range->min_height, range->max_height, range->step_height) };
}

static bool same_size(frame_size a, frame_size b)
{
    return a.width == b.width && a.height == b.height;
}

/* A range of sizes is told by its ends, the usual ones between them and the one nearest to the wish. */
static void append_size_range(const walk *w, struct v4l2_frmsize_stepwise range)
{
    const frame_size least = { range.min_width, range.min_height }, most = { range.max_width, range.max_height };
    if (range.step_width == 0)
        range.step_width = 1;
    if (range.step_height == 0)
        range.step_height = 1;
    if (least.width == 0 || least.height == 0 || most.width < least.width || most.height < least.height)
        return;
    if (w->wish) {
        append_rates(w, fit_size((frame_size){ w->wish->width, w->wish->height }, &range));
        return; /* nothing else in the range can be better */
    }
    append_rates(w, least);
    for (size_t i = 0; i < sizeof USUAL_SIZES / sizeof *USUAL_SIZES; i++) {
        const frame_size usual = USUAL_SIZES[i];
        if (same_size(fit_size(usual, &range), usual) && !same_size(usual, least) && !same_size(usual, most))
            append_rates(w, usual);
    }
    if (!same_size(most, least))
        append_rates(w, most);
}

/* A driver that lists no sizes is asked for the wish; else its present size is all we know. */
static void append_unlisted_size(const walk *w)
{
    struct v4l2_format format = { .type = w->node->buffer_type };
    if (w->wish) {
        append(w, (frame_size){ w->wish->width, w->wish->height }, 0);
        return;
    }
    if (bv_ioctl(w->node->fd, VIDIOC_G_FMT, &format) < 0)
        return;
    if (bv_is_multiplanar(format.type))
        append_rates(w, (frame_size){ format.fmt.pix_mp.width, format.fmt.pix_mp.height });
    else
        append_rates(w, (frame_size){ format.fmt.pix.width, format.fmt.pix.height });
}

static void append_sizes(const walk *w)
{
    for (uint32_t i = 0; i < MAX_SIZES && w->list->count < BV_MAX_MODES; i++) {
        struct v4l2_frmsizeenum size = { .index = i, .pixel_format = w->fourcc };
        if (bv_ioctl(w->node->fd, VIDIOC_ENUM_FRAMESIZES, &size) < 0) {
            if (i == 0)
                append_unlisted_size(w);
            return;
        }
        if (size.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
            append_size_range(w, size.stepwise);
            return;
        }
        append_rates(w, (frame_size){ size.discrete.width, size.discrete.height });
    }
}

bool bv_wish_allows(const bv_wish *wish, uint32_t fourcc)
{
    const bv_pixel_format *known = bv_pixel_format_find(fourcc);
    return known && (wish->fourcc == 0 || wish->fourcc == fourcc || wish->fourcc == known->layout);
}

int bv_modes_collect(const bv_capture_node *node, const bv_wish *wish, bv_mode_list *list)
{
    for (uint32_t i = 0; i < MAX_FORMATS; i++) {
        struct v4l2_fmtdesc format = { .index = i, .type = node->buffer_type };
        int result = bv_ioctl(node->fd, VIDIOC_ENUM_FMT, &format);
        if (result < 0)
            return result == -ENODEV ? result : 0;
        const walk w = { .node = node, .wish = wish, .list = list, .fourcc = format.pixelformat, .readable = bv_pixel_format_find(format.pixelformat) != NULL };
        if (!wish || bv_wish_allows(wish, format.pixelformat))
            append_sizes(&w);
    }
    return 0;
}
