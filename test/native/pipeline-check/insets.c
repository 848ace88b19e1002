/* Three pipelines that show each other in every combination that is allowed; each may end at any moment, with orders that nobody has taken. */
#include "check.h"

#include <poll.h>

#define PIPELINES 3u
#define STEPS 500
#define BAD_CORNER 4u

static bv_pipeline *pipelines[PIPELINES];
static uint32_t shown_by[PIPELINES]; /* 1 + the pipeline that shows it; 0: none */

static void begin(uint32_t index, uint32_t *random)
{
    const bv_source_config source = source_of(random_next(random) % 4 == 0 ? random_next(random) : BV_SOURCE_TEST);
    bv_stream_config streams[BV_STREAM_COUNT] = {stream_of(random_next(random)), stream_of(random_next(random))};

    if (random_next(random) % 3 == 0)
        streams[BV_STREAM_MAIN].enabled = streams[BV_STREAM_SUB].enabled = 0;
    CHECK(bv_pipeline_create(&source, streams, doorbell, &pipelines[index]) == 0);
}

static void forget_inset(uint32_t viewer)
{
    for (uint32_t i = 0; i < PIPELINES; i++)
        if (shown_by[i] == viewer + 1)
            shown_by[i] = 0;
}

static void end(uint32_t index)
{
    bv_pipeline_destroy(pipelines[index]);
    pipelines[index] = NULL;
    shown_by[index] = 0;
    forget_inset(index);
}

/* Sometimes the same twice, or several before the thread takes the first. */
static void show(uint32_t viewer, uint32_t *random)
{
    const uint32_t other = random_next(random) % (PIPELINES + 1), corner = random_next(random) % (BAD_CORNER + 1);
    bv_pipeline *inset = other == PIPELINES ? NULL : pipelines[other];
    const int result = bv_pipeline_set_inset(pipelines[viewer], inset, corner);

    if (corner == BAD_CORNER || inset == pipelines[viewer]) {
        CHECK(result == BV_ERR_BAD_ARGUMENT);
    } else if (inset != NULL && shown_by[other] != 0 && shown_by[other] != viewer + 1) {
        CHECK(result == -EBUSY);
    } else {
        CHECK(result == 0);
        forget_inset(viewer);
        if (inset != NULL)
            shown_by[other] = viewer + 1;
    }
}

static void read_frames(bv_pipeline *pipeline)
{
    bv_frame frame;

    bv_pipeline_acknowledge(pipeline);
    while (bv_pipeline_next(pipeline, &frame) == 1)
        bv_pipeline_release(pipeline, frame.slot);
}

static void step(uint32_t index, uint32_t *random)
{
    const uint32_t kind = random_next(random) % 16, value = random_next(random);
    const bv_stream_config config = stream_of(value);
    const bv_source_config source = source_of(value);

    if (pipelines[index] == NULL) {
        begin(index, random);
        return;
    }
    read_frames(pipelines[index]);
    if (kind == 0)
        end(index);
    else if (kind == 1)
        CHECK(bv_pipeline_set_source(pipelines[index], &source) > 0);
    else if (kind == 2)
        CHECK(bv_pipeline_configure_stream(pipelines[index], value % BV_STREAM_COUNT, &config) == 0);
    else if (kind == 3)
        change_picture(pipelines[index], random);
    else if (kind == 4)
        (void)bv_pipeline_request_still(pipelines[index], value % BV_STREAM_COUNT, 1 + value % 100);
    else if (kind < 9)
        show(index, random);
    else
        (void)poll(NULL, 0, (int)(value % 30));
}

void check_insets(uint32_t random)
{
    for (int i = 0; i < STEPS; i++)
        step(random_next(&random) % PIPELINES, &random);
    for (uint32_t i = 0; i < PIPELINES; i++)
        if (pipelines[i] != NULL)
            end(i);
}
