/* A V4L2 camera as a source of pictures. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffers.h"
#include "camera-encoder.h"
#include "negotiate.h"

#define PICTURE_BUFFERS 4u        /* one being filled, one next, one here, one late */
#define CODED_BUFFERS 8u          /* coded pictures build on each other: none may be lost while we are late */
#define MAX_CHOICES 4u            /* formats tried before giving up */
#define STALE_US 2000000u         /* an older time is a clock that is not ours: the buffers hold less */
#define MAX_TAKES 32u             /* buffers looked at before `next` looks at its time again */
#define MAX_FPS 1000u

typedef struct {
    bv_source base; /* first: a bv_source is one of these */
    bv_capture_node node;
    bv_picture_format picture;
    bv_buffers buffers;
    int lost;       /* the error that ended the capture, 0 while it runs */
    uint64_t last_capture_us;
    uint32_t last_sequence;
    bool has_sequence;
} v4l2_source;

static bool is_coded(const v4l2_source *s)
{
    return s->picture.format->coding == BV_CODING_H264;
}

static void give_back(v4l2_source *s, uint32_t index)
{
    int result = bv_buffers_give(&s->buffers, index);
    if (result < 0 && !s->lost)
        s->lost = result;
}

/* Drivers' clocks run ahead, stand still or are others than ours; viewers need one that only grows. */
static uint64_t capture_time(v4l2_source *s, const bv_filled *filled)
{
    const uint64_t now = bv_clock_us();
    uint64_t time = filled->monotonic && filled->capture_us <= now && now - filled->capture_us <= STALE_US ? filled->capture_us : now;
    if (time <= s->last_capture_us)
        time = s->last_capture_us + 1;
    s->last_capture_us = time;
    return time;
}

/* How many pictures the driver itself lost before this one; coded ones after a gap cannot be decoded. */
static uint32_t count_gap(v4l2_source *s, uint32_t sequence)
{
    const uint32_t gap = sequence - s->last_sequence - 1;
    const bool lost_some = s->has_sequence && gap > 0 && gap < INT32_MAX;
    s->last_sequence = sequence;
    s->has_sequence = true;
    return lost_some ? gap : 0;
}

/* Takes what is ready: the newest picture, or the oldest when they are coded. 1, 0 when there was none, negative when lost. */
static int take(v4l2_source *s, bv_raw_picture *out, uint64_t *skipped)
{
    int found = 0;
    for (uint32_t i = 0; i < MAX_TAKES && !(found && is_coded(s)); i++) {
        bv_filled filled;
        bv_raw_picture picture;
        int result = bv_buffers_take(&s->buffers, &filled);
        if (result == -EAGAIN)
            break;
        if (result < 0) {
            s->lost = result;
            break;
        }
        if (is_coded(s))
            *skipped += count_gap(s, filled.sequence);
        if (filled.damaged || !bv_picture_map(&s->picture, filled.memory, filled.payload, &picture)) {
            ++*skipped;
            give_back(s, filled.index);
            continue;
        }
        if (found) {
            ++*skipped;
            give_back(s, out->index);
        }
        picture.index = filled.index;
        picture.capture_us = capture_time(s, &filled);
        *out = picture;
        found = 1;
    }
    if (!s->lost)
        return found;
    if (found)
        give_back(s, out->index);
    return s->lost;
}

/* 1: look for pictures; 0: time is over or the host wants attention; negative: lost. */
static int wait_ready(const v4l2_source *s, int timeout_ms, int wake_fd)
{
    struct pollfd events[2] = { { .fd = s->node.fd, .events = POLLIN }, { .fd = wake_fd, .events = POLLIN } };
    int result = poll(events, 2, timeout_ms);
    if (result < 0)
        return errno == EINTR ? 0 : -errno;
    if (events[0].revents & POLLIN)
        return 1;
    if (events[0].revents & POLLHUP)
        return -ENODEV;
    return events[0].revents ? -EIO : 0;
}

static int source_next(bv_source *source, int timeout_ms, int wake_fd, bv_raw_picture *out, uint64_t *skipped)
{
    v4l2_source *s = (v4l2_source *)source;
    const uint64_t begin_us = bv_clock_us();
    while (!s->lost) {
        const uint64_t waited_ms = (bv_clock_us() - begin_us) / 1000;
        const int left_ms = timeout_ms > 0 && waited_ms < (uint64_t)timeout_ms ? timeout_ms - (int)waited_ms : 0;
        const int ready = wait_ready(s, left_ms, wake_fd);
        if (ready == 0)
            return 0;
        const int taken = take(s, out, skipped); /* also when poll reports an error: DQBUF names it */
        if (taken != 0)
            return taken;
        if (ready < 0)
            s->lost = ready;
        else if (left_ms == 0)
            return 0;
    }
    return s->lost;
}

static void source_release(bv_source *source, const bv_raw_picture *picture)
{
    give_back((v4l2_source *)source, picture->index);
}

static int source_force_keyframe(bv_source *source)
{
    v4l2_source *s = (v4l2_source *)source;
    return source->can_force_keyframe ? bv_camera_encoder_force_keyframe(s->node.fd) : -ENOTSUP;
}

static void source_close(bv_source *source)
{
    if (!source)
        return;
    v4l2_source *s = (v4l2_source *)source;
    bv_buffers_stop(&s->buffers);
    close(s->node.fd);
    free(s);
}

static const bv_source_verbs VERBS = {
    .next = source_next,
    .release = source_release,
    .force_keyframe = source_force_keyframe,
    .close = source_close,
};

static int start_mode(v4l2_source *s, const bv_mode *mode, const bv_wish *wish)
{
    int result = bv_mode_apply(&s->node, mode, wish, &s->picture);
    if (result < 0)
        return result;
    if (is_coded(s))
        bv_camera_encoder_prepare(s->node.fd, s->picture.fps_millihertz);
    return bv_buffers_start(&s->buffers, &s->node, s->picture.format->memory_planes, is_coded(s) ? CODED_BUFFERS : PICTURE_BUFFERS);
}

/* Tries the best modes in turn: a bus without room for one (-ENOSPC) often has it for a compressed one. */
static int start_best(v4l2_source *s, const bv_wish *wish, bool allow_h264)
{
    bv_mode_list list = { .modes = malloc(BV_MAX_MODES * sizeof(bv_mode)), .capacity = BV_MAX_MODES };
    uint32_t tried[MAX_CHOICES], tried_count = 0;
    int result = list.modes ? bv_modes_collect(&s->node, wish, &list) : -ENOMEM;
    if (result < 0)
        goto out;
    result = BV_ERR_NO_FORMAT;
    while (tried_count < MAX_CHOICES) {
        const bv_mode *mode = bv_mode_choose(list.modes, list.count, wish, allow_h264, tried, tried_count);
        if (!mode)
            break;
        result = start_mode(s, mode, wish);
        if (result != -ENOSPC && result != BV_ERR_NO_FORMAT)
            break;
        tried[tried_count++] = mode->fourcc;
    }
out:
    free(list.modes);
    return result;
}

static bool is_sane(const bv_source_config *config)
{
    return config->width > 0 && config->width <= BV_MAX_WIDTH && config->height > 0 && config->height <= BV_MAX_HEIGHT && config->fps > 0 &&
           config->fps <= MAX_FPS && memchr(config->path, 0, sizeof config->path);
}

int bv_v4l2_source_open(const bv_source_config *config, bv_source **out)
{
    if (!config || !out || !is_sane(config))
        return BV_ERR_BAD_ARGUMENT;
    v4l2_source *s = calloc(1, sizeof *s); /* freed by source_close */
    if (!s)
        return -ENOMEM;
    int result = bv_capture_node_open(config->path, &s->node);
    if (result < 0) {
        free(s);
        return result;
    }
    const bv_wish wish = { .width = config->width, .height = config->height, .fps_millihertz = config->fps * 1000, .fourcc = config->fourcc };
    result = start_best(s, &wish, config->allow_passthrough != 0);
    if (result < 0) {
        close(s->node.fd);
        free(s);
        return result;
    }
    s->base = (bv_source){
        .verbs = &VERBS,
        .fourcc = s->picture.format->layout,
        .width = s->picture.width,
        .height = s->picture.height,
        .fps_millihertz = s->picture.fps_millihertz,
        .can_force_keyframe = is_coded(s) && bv_camera_encoder_can_force_keyframe(s->node.fd),
    };
    *out = &s->base;
    return 0;
}
