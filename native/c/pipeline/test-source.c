/* The built-in source: the test pattern at an even rate. */
#include <errno.h>
#include <linux/videodev2.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "../pixels/pattern.h"
#include "../pixels/text.h"
#include "source.h"

#define SECOND_US 1000000u
#define FULL_SPEED_PERMILLE 1000.0
#define FULL_SPEED_TURNS 2.0 /* in a second */

typedef struct {
    bv_source base;
    bv_pattern *pattern;
    uint32_t fps;
    uint64_t begin_us;  /* of the rhythm */
    uint64_t ticks;     /* since then; picture n is due at begin + n / fps */
    uint32_t counter;   /* pictures produced */
    uint64_t unix_ms;   /* of the last picture */
    double turns;       /* of the rotor, 0–1 */
    double turns_per_us;
    uint64_t turned_us; /* when `turns` was right */
} test_source;

static uint64_t due_us(const test_source *source)
{
    return source->begin_us + source->ticks * SECOND_US / source->fps;
}

/* Leaves out the ticks that passed while nobody asked. */
static void catch_up(test_source *source, uint64_t now_us, uint64_t *skipped)
{
    const uint64_t ticks = (now_us - source->begin_us) * source->fps / SECOND_US;
    if (ticks > source->ticks) {
        *skipped += ticks - source->ticks;
        source->ticks = ticks;
    }
}

/* Brings the rotor to where it is now. */
static void turn(test_source *source, uint64_t now_us)
{
    const double turns = source->turns + (double)(now_us - source->turned_us) * source->turns_per_us;

    source->turns = turns - floor(turns);
    source->turned_us = now_us;
}

static void draw(test_source *source, bv_raw_picture *out)
{
    uint64_t capture_us;
    bv_picture *picture;

    turn(source, bv_clock_us());
    picture = bv_pattern_draw(source->pattern, source->counter++, source->turns);
    /* as a driver tells when a picture is there: drawing it is this sensor's exposure */
    capture_us = bv_clock_us();
    source->unix_ms = bv_unix_ms();
    if (!source->base.leaves_marks)
        bv_pattern_mark(picture, source->counter - 1, source->unix_ms);
    *out = (bv_raw_picture){.fourcc = V4L2_PIX_FMT_YUV420, .width = picture->width, .height = picture->height, .capture_us = capture_us};
    for (int i = 0; i < 3; i++) {
        out->plane[i] = picture->plane[i];
        out->stride[i] = picture->stride[i];
    }
}

static int next(bv_source *base, int timeout_ms, int wake_fd, bv_raw_picture *out, uint64_t *skipped)
{
    test_source *source = (test_source *)base;
    const uint64_t now_us = bv_clock_us();
    const uint64_t due = due_us(source);

    if (now_us < due) {
        const uint64_t limit_us = (uint64_t)(timeout_ms < 0 ? 0 : timeout_ms) * 1000u;
        const int reached = due - now_us <= limit_us;
        const uint64_t wait_us = reached ? due - now_us : limit_us;
        const struct timespec wait = {(time_t)(wait_us / SECOND_US), (long)(wait_us % SECOND_US) * 1000};
        struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
        if (ppoll(&wake, 1, &wait, NULL) != 0 || !reached)
            return 0;
    }
    catch_up(source, bv_clock_us(), skipped);
    source->ticks++;
    draw(source, out);
    return 1;
}

static void release(bv_source *base, const bv_raw_picture *picture)
{
    (void)base;
    (void)picture;
}

static int force_keyframe(bv_source *base)
{
    (void)base;
    return -ENOTSUP;
}

static void set_scene(bv_source *base, const bv_scene *scene)
{
    test_source *source = (test_source *)base;

    turn(source, bv_clock_us());
    source->turns_per_us = scene->rotor_speed_permille / FULL_SPEED_PERMILLE * FULL_SPEED_TURNS / SECOND_US;
    bv_pattern_set_light(source->pattern, scene->light_percent);
}

static void mark(bv_source *base, bv_picture *picture, uint32_t *top_rows, uint32_t *bottom_rows)
{
    const test_source *source = (const test_source *)base;

    bv_pattern_mark(picture, source->counter - 1, source->unix_ms);
    bv_pattern_marked_rows(picture, top_rows, bottom_rows);
}

static void close_source(bv_source *base)
{
    test_source *source = (test_source *)base;
    bv_pattern_close(source->pattern);
    free(source);
}

static const bv_source_verbs verbs = {.next = next,
                                      .release = release,
                                      .force_keyframe = force_keyframe,
                                      .close = close_source,
                                      .set_scene = set_scene,
                                      .mark = mark};

int bv_test_source_open(const bv_source_config *config, bv_source **out)
{
    test_source *source = calloc(1, sizeof *source);
    int result;

    if (source == NULL)
        return -ENOMEM;
    result = bv_pattern_open(config->width, config->height, config->noise, config->pattern, &source->pattern);
    if (result < 0) {
        free(source);
        return result;
    }
    source->base = (bv_source){.verbs = &verbs,
                               .fourcc = V4L2_PIX_FMT_YUV420,
                               .width = config->width,
                               .height = config->height,
                               .fps_millihertz = config->fps * 1000u};
    source->fps = config->fps;
    source->begin_us = source->turned_us = bv_clock_us();
    *out = &source->base;
    return 0;
}
