/* A faster source is thinned evenly, also where its times jitter; one that is about as fast passes whole. */
#include "../../../native/c/pipeline/pace.h"
#include "check.h"

#define SECOND_US 1000000u
#define SECONDS 30u
#define MEASURED_US (2u * SECOND_US) /* nothing is left out before the rate is known */

typedef struct {
    uint32_t taken;
    uint32_t smallest_step, largest_step; /* from one picture that was taken to the next */
} thinned;

static thinned thin(uint32_t source_fps, uint32_t fps, uint32_t jitter_us, uint32_t *random)
{
    thinned result = {.smallest_step = UINT32_MAX};
    bv_rate_meter meter = {0};
    bv_pacer pacer = {0};
    uint32_t step = 0;

    for (uint32_t i = 0; i < source_fps * SECONDS; i++) {
        const uint64_t due_us = (uint64_t)i * SECOND_US / source_fps;
        const uint64_t captured_us = 5 * SECOND_US + due_us + (jitter_us == 0 ? 0 : random_next(random) % jitter_us);
        bv_rate_meter_count(&meter, captured_us);
        const int taken = bv_pacer_takes(&pacer, fps, meter.fps_millihertz);
        step++;
        if (!taken)
            continue;
        if (due_us >= MEASURED_US) {
            result.taken++;
            result.smallest_step = step < result.smallest_step ? step : result.smallest_step;
            result.largest_step = step > result.largest_step ? step : result.largest_step;
        }
        step = 0;
    }
    return result;
}

void check_pace(uint32_t seed)
{
    const uint32_t rates[] = {1, 5, 10, 12, 15, 20, 24, 25, 30, 50, 60};
    const uint32_t count = sizeof rates / sizeof rates[0];
    uint32_t random = seed;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++)
            for (uint32_t jittered = 0; jittered < 2; jittered++) {
                const uint32_t source = rates[i], fps = rates[j];
                const uint32_t passing = source * 10 <= fps * 11 ? source : fps;
                const uint32_t wanted = passing * (SECONDS - MEASURED_US / SECOND_US);
                const uint32_t whole = source / passing, unequal = source % passing != 0;
                const thinned result = thin(source, fps, jittered ? SECOND_US / source / 4 : 0, &random);
                CHECK(result.taken >= wanted - wanted / 50 - 1 && result.taken <= wanted + wanted / 50 + 1);
                CHECK(result.smallest_step + jittered >= whole && result.smallest_step >= 1);
                CHECK(result.largest_step <= whole + unequal + jittered);
            }
}
