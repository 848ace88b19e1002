/*
 * Pipelines under load, for the sanitizers: the host's calls come in random order while the threads work, frames are released
 * late and out of order, pipelines end at any moment. Arguments: load or insets, seed.
 */
#include "check.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#define ROUNDS 6
#define STEPS 250
#define MAX_HELD 40u

/* The C library guards its time zone with a lock that ThreadSanitizer does not see. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:tzset_internal\n";
}

static atomic_uint rings;
static uint32_t held[MAX_HELD];
static uint32_t held_count;

void doorbell(void)
{
    atomic_fetch_add(&rings, 1);
}

bv_source_config source_of(uint32_t random)
{
    bv_source_config source = {.kind = random % 3, .width = 320 + random % 5 * 2, .height = 240, .fps = 60, .noise = random % 17, .pattern = random % 2};
    snprintf(source.path, sizeof source.path, "/dev/no-such-video");
    return source;
}

bv_stream_config stream_of(uint32_t random)
{
    return (bv_stream_config){.enabled = random % 8 != 0,
                              .width = random % 3 == 0 ? 160 : 320,
                              .height = 240,
                              .fps = 1 + random % 60,
                              .bitrate_kbps = 100 + random % 1000,
                              .gop = 1 + random % 50};
}

/* Half of them are valid. */
static bv_stage stage_of(uint32_t *random)
{
    static const char *const formats[] = {"", "%Y-%m-%d %H:%M:%S", "%c %A %Z", "%99999999d%c", "%"};
    bv_stage stage = {.zoom_milli = random_next(random) % 3 == 0 ? 1000 : 1000 + random_next(random) % 9001,
                      .pan_milli = (int32_t)(random_next(random) % 2001) - 1000,
                      .tilt_milli = (int32_t)(random_next(random) % 2001) - 1000,
                      .rotation = random_next(random) % 4 * 90,
                      .flip = random_next(random) % 4,
                      .brightness = random_next(random) % 2 == 0 ? 0 : (int32_t)(random_next(random) % 201) - 100,
                      .contrast = (int32_t)(random_next(random) % 201) - 100,
                      .saturation = (int32_t)(random_next(random) % 201) - 100,
                      .overlay_enabled = random_next(random) % 2,
                      .overlay_position = random_next(random) % 4};
    char *text = stage.overlay_text;

    snprintf(stage.overlay_format, sizeof stage.overlay_format, "%s", formats[random_next(random) % 5]);
    for (uint32_t i = random_next(random) % sizeof stage.overlay_text; i > 0; i--)
        *text++ = (char)(1 + random_next(random) % 255);
    if (random_next(random) % 2 == 0) {
        const uint32_t wild = random_next(random);
        uint32_t at = random_next(random) % (sizeof stage / sizeof wild);
        memcpy((char *)&stage + at * sizeof wild, &wild, sizeof wild);
    }
    return stage;
}

void change_picture(bv_pipeline *pipeline, uint32_t *random)
{
    const bv_stage stage = random_next(random) % 4 == 0 ? (bv_stage){.zoom_milli = 1000} : stage_of(random);
    const bv_scene scene = {random_next(random) % 110, (int32_t)(random_next(random) % 2200) - 1100};
    const int is_scene = scene.light_percent <= 100 && scene.rotor_speed_permille >= -1000 && scene.rotor_speed_permille <= 1000;
    const int result = bv_pipeline_set_stage(pipeline, &stage);

    CHECK(result == 0 || result == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_pipeline_set_scene(pipeline, &scene) == (is_scene ? 0 : BV_ERR_BAD_ARGUMENT));
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

    switch (random_next(random) % 13) {
    case 12:
        change_picture(pipeline, random);
        break;
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

static void check_load(uint32_t random)
{
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
}

int main(int count, char **arguments)
{
    const char *name = count > 1 ? arguments[1] : "";
    const uint32_t seed = count > 2 ? (uint32_t)atoi(arguments[2]) : 1;

    if (strcmp(name, "load") == 0)
        check_load(seed);
    else if (strcmp(name, "insets") == 0)
        check_insets(seed);
    else
        return 2;
    return 0;
}
