/* The public face of the pipeline: checks arguments, starts and ends the thread, leaves orders. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../pixels/pattern.h"
#include "worker.h"

#define MIN_SIZE 64u
#define MAX_FPS 120u
#define MIN_BITRATE_KBPS 50u
#define MAX_BITRATE_KBPS 100000u
#define MAX_GOP 3000u
#define MAX_NOISE 16u
#define MAX_STALL_MS 60000u
#define MAX_LIGHT_PERCENT 100u
#define MAX_SPEED_PERMILLE 1000
#define MAX_PERMILLE 1000u

struct bv_pipeline {
    bv_worker worker;
    pthread_t thread;
    bv_pipeline *inset;  /* the one that this one shows, and the one that shows this one: the host's thread alone knows */
    bv_pipeline *viewer;
};

static int is_size(uint32_t width, uint32_t height)
{
    return width >= MIN_SIZE && width <= BV_MAX_WIDTH && height >= MIN_SIZE && height <= BV_MAX_HEIGHT && width % 2 == 0 &&
           height % 2 == 0;
}

static int is_stream(const bv_stream_config *config)
{
    return is_size(config->width, config->height) && config->fps >= 1 && config->fps <= MAX_FPS &&
           config->bitrate_kbps >= MIN_BITRATE_KBPS && config->bitrate_kbps <= MAX_BITRATE_KBPS && config->gop >= 1 &&
           config->gop <= MAX_GOP;
}

static int is_source(const bv_source_config *config)
{
    if (memchr(config->path, '\0', sizeof config->path) == NULL || memchr(config->slate_text, '\0', sizeof config->slate_text) == NULL)
        return 0;
    if (config->stall_ms > MAX_STALL_MS)
        return 0;
    switch (config->kind) {
    case BV_SOURCE_NONE:
        return 1;
    case BV_SOURCE_TEST:
        return is_size(config->width, config->height) && config->fps >= 1 && config->fps <= MAX_FPS && config->noise <= MAX_NOISE &&
               config->pattern < BV_PATTERN_COUNT;
    case BV_SOURCE_V4L2:
        return config->path[0] != '\0' && config->width <= BV_MAX_WIDTH && config->height <= BV_MAX_HEIGHT;
    default:
        return 0;
    }
}

/* Signals are the host's business: its handlers must not run on our thread. */
static int start_thread(bv_pipeline *pipeline)
{
    sigset_t all, before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&pipeline->thread, NULL, bv_worker_run, &pipeline->worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result == 0 ? 0 : BV_ERR_THREAD;
}

int bv_pipeline_create(const bv_source_config *source, const bv_stream_config *streams, bv_doorbell doorbell, bv_pipeline **out)
{
    bv_pipeline *pipeline;
    int result;

    if (doorbell == NULL || !is_source(source) || !is_stream(&streams[BV_STREAM_MAIN]) || !is_stream(&streams[BV_STREAM_SUB]))
        return BV_ERR_BAD_ARGUMENT;
    pipeline = calloc(1, sizeof *pipeline);
    if (pipeline == NULL)
        return -ENOMEM;
    result = bv_miniature_open(&pipeline->worker.miniature);
    if (result < 0)
        goto free_memory;
    result = bv_ring_open(doorbell, &pipeline->worker.ring);
    if (result < 0)
        goto drop_miniature;
    result = bv_mailbox_open(&pipeline->worker.mailbox);
    if (result < 0)
        goto close_ring;
    pthread_mutex_init(&pipeline->worker.status_lock, NULL);
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++) {
        pipeline->worker.outputs[i].stream = i;
        bv_output_configure(&pipeline->worker.outputs[i], &streams[i]);
    }
    (void)bv_mailbox_set_source(&pipeline->worker.mailbox, source);
    result = start_thread(pipeline);
    if (result < 0)
        goto close_mailbox;
    *out = pipeline;
    return 0;
close_mailbox:
    pthread_mutex_destroy(&pipeline->worker.status_lock);
    bv_mailbox_close(&pipeline->worker.mailbox);
close_ring:
    bv_ring_close(pipeline->worker.ring);
drop_miniature:
    bv_miniature_drop(pipeline->worker.miniature);
free_memory:
    free(pipeline);
    return result;
}

static void pair(bv_pipeline *viewer, bv_pipeline *inset)
{
    if (viewer->inset != NULL)
        viewer->inset->viewer = NULL;
    viewer->inset = inset;
    if (inset != NULL)
        inset->viewer = viewer;
}

void bv_pipeline_destroy(bv_pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    if (pipeline->viewer != NULL)
        (void)bv_pipeline_set_inset(pipeline->viewer, NULL, 0);
    pair(pipeline, NULL);
    bv_mailbox_stop(&pipeline->worker.mailbox);
    pthread_join(pipeline->thread, NULL);
    pthread_mutex_destroy(&pipeline->worker.status_lock);
    bv_mailbox_close(&pipeline->worker.mailbox);
    bv_ring_close(pipeline->worker.ring);
    bv_miniature_drop(pipeline->worker.miniature);
    free(pipeline);
}

const uint8_t *bv_pipeline_arena(bv_pipeline *pipeline, uint32_t *size)
{
    *size = BV_ARENA_BYTES;
    return bv_ring_arena(pipeline->worker.ring);
}

int bv_pipeline_set_source(bv_pipeline *pipeline, const bv_source_config *source)
{
    return is_source(source) ? bv_mailbox_set_source(&pipeline->worker.mailbox, source) : BV_ERR_BAD_ARGUMENT;
}

int bv_pipeline_configure_stream(bv_pipeline *pipeline, uint32_t stream, const bv_stream_config *config)
{
    if (stream >= BV_STREAM_COUNT || !is_stream(config))
        return BV_ERR_BAD_ARGUMENT;
    bv_mailbox_configure(&pipeline->worker.mailbox, stream, config);
    return 0;
}

int bv_pipeline_set_stage(bv_pipeline *pipeline, const bv_stage *stage)
{
    if (!bv_stage_is_valid(stage))
        return BV_ERR_BAD_ARGUMENT;
    bv_mailbox_set_stage(&pipeline->worker.mailbox, stage);
    return 0;
}

int bv_pipeline_set_inset(bv_pipeline *pipeline, bv_pipeline *other, uint32_t corner)
{
    bv_inset inset = {.corner = corner};

    if (other == pipeline || corner > (BV_OVERLAY_RIGHT | BV_OVERLAY_BOTTOM))
        return BV_ERR_BAD_ARGUMENT;
    /* a miniature is made in one size */
    if (other != NULL && other->viewer != NULL && other->viewer != pipeline)
        return -EBUSY;
    pair(pipeline, other);
    if (other != NULL)
        inset.miniature = bv_miniature_hold(other->worker.miniature);
    bv_mailbox_set_inset(&pipeline->worker.mailbox, &inset);
    return 0;
}

int bv_pipeline_set_scene(bv_pipeline *pipeline, const bv_scene *scene)
{
    if (scene->light_percent > MAX_LIGHT_PERCENT || scene->rotor_speed_permille < -MAX_SPEED_PERMILLE ||
        scene->rotor_speed_permille > MAX_SPEED_PERMILLE)
        return BV_ERR_BAD_ARGUMENT;
    bv_mailbox_set_scene(&pipeline->worker.mailbox, scene);
    return 0;
}

int bv_pipeline_set_motion(bv_pipeline *pipeline, const bv_motion *motion)
{
    if (motion->enabled && (motion->step == 0 || motion->step > UINT8_MAX || motion->permille == 0 || motion->permille > MAX_PERMILLE))
        return BV_ERR_BAD_ARGUMENT;
    bv_mailbox_set_motion(&pipeline->worker.mailbox, motion);
    return 0;
}

int bv_pipeline_request_keyframe(bv_pipeline *pipeline, uint32_t stream)
{
    if (stream >= BV_STREAM_COUNT)
        return BV_ERR_BAD_ARGUMENT;
    bv_mailbox_request_keyframe(&pipeline->worker.mailbox, stream);
    return 0;
}

int bv_pipeline_request_still(bv_pipeline *pipeline, uint32_t stream, uint32_t quality)
{
    if (stream >= BV_STREAM_COUNT || quality < 1 || quality > 100)
        return BV_ERR_BAD_ARGUMENT;
    return bv_mailbox_request_still(&pipeline->worker.mailbox, stream, quality);
}

void bv_pipeline_acknowledge(bv_pipeline *pipeline)
{
    bv_ring_acknowledge(pipeline->worker.ring);
}

int bv_pipeline_next(bv_pipeline *pipeline, bv_frame *out)
{
    return bv_ring_next(pipeline->worker.ring, out);
}

void bv_pipeline_release(bv_pipeline *pipeline, uint32_t slot)
{
    bv_ring_release(pipeline->worker.ring, slot);
}

int bv_pipeline_get_status(bv_pipeline *pipeline, bv_pipeline_status *out)
{
    pthread_mutex_lock(&pipeline->worker.status_lock);
    *out = pipeline->worker.published;
    pthread_mutex_unlock(&pipeline->worker.status_lock);
    return 0;
}
