/*
 * Pipelines under load, for the sanitizers: the host's calls come in random order while the threads work, frames are released
 * late and out of order, pipelines end at any moment. Argument: seed.
 */
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../native/include/shim.h"
#include "../check.h"

#define ROUNDS 6
#define STEPS 150
#define MAX_HELD 40u

static atomic_uint rings;
static uint32_t held[MAX_HELD];
static uint32_t held_count;

static void doorbell(void)
{
    atomic_fetch_add(&rings, 1);
}

static uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static bv_source_config source_of(uint32_t random)
{
    bv_source_config source = {.kind = random % 3, .width = 320 + random % 5 * 2, .height = 240, .fps = 60, .noise = random % 17};
    snprintf(source.path, sizeof source.path, "/dev/no-such-video");
    return source;
}

static bv_stream_config stream_of(uint32_t random)
{
    return (bv_stream_config){.enabled = random % 8 != 0,
                              .width = random % 3 == 0 ? 160 : 320,
                              .height = 240,
                              .fps = 1 + random % 60,
                              .bitrate_kbps = 100 + random % 1000,
                              .gop = 1 + random % 50};
}

static void read_frames(bv_pipeline *pipeline, const uint8_t *arena, uint32_t *random)
{
    bv_frame frame;

    bv_pipeline_acknowledge(pipeline);
    while (held_count < MAX_HELD && bv_pipeline_next(pipeline, &frame) == 1) {
        CHECK(frame.arena_offset + frame.size <= BV_ARENA_BYTES && (uint64_t)(uintptr_t)arena + frame.arena_offset == frame.data);
        for (uint32_t i = 0; i < frame.nal_count; i++)
            CHECK(frame.nal_size[i] > 0 && frame.nal_offset[i] + frame.nal_size[i] <= frame.size);
        CHECK(frame.stream == BV_STREAM_STILL || frame.nal_count > 0);
        held[held_count++] = frame.slot;
    }
    while (held_count > random_next(random) % MAX_HELD) {
        const uint32_t index = random_next(random) % held_count;
        bv_pipeline_release(pipeline, held[index]);
        held[index] = held[--held_count];
    }
}

static void step(bv_pipeline *pipeline, uint32_t *random)
{
    const uint32_t stream = random_next(random) % BV_STREAM_COUNT;
    const bv_source_config source = source_of(random_next(random));
    const bv_stream_config config = stream_of(random_next(random));
    bv_pipeline_status status;

    switch (random_next(random) % 12) {
    case 0:
        CHECK(bv_pipeline_set_source(pipeline, &source) > 0);
        break;
    case 1:
        CHECK(bv_pipeline_configure_stream(pipeline, stream, &config) == 0);
        break;
    case 2:
        CHECK(bv_pipeline_request_keyframe(pipeline, stream) == 0);
        break;
    case 3:
        (void)bv_pipeline_request_still(pipeline, stream, 1 + random_next(random) % 100);
        break;
    case 4:
        CHECK(bv_pipeline_get_status(pipeline, &status) == 0 && status.source_state <= BV_STATE_LOST);
        break;
    default:
        (void)poll(NULL, 0, (int)(random_next(random) % 8));
    }
}

int main(int count, char **arguments)
{
    uint32_t random = count > 1 ? (uint32_t)atoi(arguments[1]) : 1;

    for (int round = 0; round < ROUNDS; round++) {
        const bv_source_config source = source_of(round == 0 ? BV_SOURCE_TEST : random_next(&random));
        const bv_stream_config streams[BV_STREAM_COUNT] = {stream_of(1), stream_of(2)};
        bv_pipeline *pipeline;
        uint32_t size;
        CHECK(bv_pipeline_create(&source, streams, doorbell, &pipeline) == 0);
        const uint8_t *arena = bv_pipeline_arena(pipeline, &size);
        for (int i = 0; i < STEPS; i++) {
            step(pipeline, &random);
            read_frames(pipeline, arena, &random);
        }
        held_count = 0;
        bv_pipeline_destroy(pipeline);
    }
    CHECK(atomic_load(&rings) > ROUNDS);
    return 0;
}
