/* What is shown while there is no picture. */
#include "../pixels/text.h"
#include "worker.h"

#define SECOND_US 1000000u

/* The faster enabled stream's rate; one picture a second where neither is, for other pipelines. */
static uint32_t slate_fps(const bv_worker *worker)
{
    uint32_t fps = 1;

    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++)
        if (worker->outputs[i].config.enabled && worker->outputs[i].config.fps > fps)
            fps = worker->outputs[i].config.fps;
    return fps;
}

/* Whether anybody is shown anything. */
static int is_seen(const bv_worker *worker)
{
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++)
        if (worker->outputs[i].config.enabled)
            return 1;
    return bv_miniature_is_held(worker->miniature);
}

/* Without a source, and nobody looks: gives the memory for pictures back. */
static void rest(bv_worker *worker)
{
    bv_slate_free(&worker->slate);
    bv_stager_rest(&worker->stager);
    bv_miniature_end(worker->miniature);
    for (uint32_t i = 0; i < 2; i++)
        bv_picture_free(&worker->store[i]);
}

void bv_worker_show_slate(bv_worker *worker, uint64_t now_us)
{
    const bv_stream_config *size = bv_worker_canvas(worker);
    const uint32_t fps = slate_fps(worker);
    const bv_moment moment = {.picture = &worker->slate.picture,
                              .capture_us = now_us,
                              .flags = BV_FRAME_SLATE,
                              .source_millihertz = fps * 1000u};

    worker->next_slate_us += SECOND_US / fps;
    if (worker->next_slate_us < now_us)
        worker->next_slate_us = now_us + SECOND_US / fps;
    if (worker->source == NULL && !is_seen(worker)) {
        rest(worker);
        return;
    }
    if (bv_slate_draw(&worker->slate, size->width, size->height, worker->source_config.slate_text, bv_unix_ms()) < 0)
        return;
    bv_worker_encode(worker, &moment, BV_STREAM_MAIN);
    bv_worker_offer(worker, &worker->slate.picture, now_us);
}
