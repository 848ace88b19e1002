/* Noise is no motion, a thing that comes is, what stays becomes background, and zones are kept to; how bright it is, is its mean; in pictures of any size. */
#include <string.h>

#include "../../../native/c/pixels/motion.h"
#include "check.h"

#define LOOK_US 125000u
#define THING_CELLS 6u

static void paint(bv_picture *picture, uint32_t *random, uint8_t base, uint32_t thing_left)
{
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 0; x < picture->width; x++) {
            const uint32_t column = x * BV_MOTION_COLUMNS / picture->width, row = y * BV_MOTION_ROWS / picture->height;
            const int is_thing = thing_left != 0 && column >= thing_left && column < thing_left + THING_CELLS && row >= 4 && row < 4 + THING_CELLS;
            picture->plane[0][y * picture->stride[0] + x] = (uint8_t)((is_thing ? 220 : base) + random_next(random) % 13);
        }
}

/* Looks until there is an answer, at most some times. */
static int32_t look(bv_motion_watch *watch, bv_picture *picture, uint32_t *random, uint8_t base, uint32_t thing_left, uint64_t *now_us)
{
    paint(picture, random, base, thing_left);
    *now_us += LOOK_US;
    return bv_motion_look(watch, picture, *now_us);
}

static void check_size(uint32_t width, uint32_t height, uint32_t *random)
{
    bv_motion config = {.enabled = 1, .step = 22, .permille = 20};
    bv_picture picture = {0};
    bv_motion_watch watch = {0};
    uint64_t now_us = 5000000;

    CHECK(bv_picture_allocate(&picture, width, height) == 0);
    memset(config.cells, 1, sizeof config.cells);
    bv_motion_configure(&watch, &config);
    for (uint32_t i = 0; i < 4; i++)
        CHECK(look(&watch, &picture, random, 60, 0, &now_us) == -1);
    for (uint32_t i = 0; i < 20; i++)
        CHECK(look(&watch, &picture, random, 60, 0, &now_us) == 0);
    CHECK(bv_motion_look(&watch, &picture, now_us + 1000) == -1);

    const int32_t moved = look(&watch, &picture, random, 60, 8, &now_us);
    CHECK(moved >= 40 && moved <= 90); /* 36 of 576 cells, and edges */
    for (uint32_t i = 0; i < 200; i++)
        (void)look(&watch, &picture, random, 60, 8, &now_us);
    CHECK(look(&watch, &picture, random, 60, 8, &now_us) == 0);

    memset(config.cells, 0, sizeof config.cells);
    for (uint32_t row = 0; row < BV_MOTION_ROWS; row++)
        config.cells[row * BV_MOTION_COLUMNS + 30] = 1;
    bv_motion_configure(&watch, &config);
    for (uint32_t i = 0; i < 4; i++)
        CHECK(look(&watch, &picture, random, 60, 0, &now_us) == -1);
    CHECK(look(&watch, &picture, random, 60, 8, &now_us) == 0);
    CHECK(look(&watch, &picture, random, 60, 28, &now_us) > 200);

    memset(config.cells, 0, sizeof config.cells);
    bv_motion_configure(&watch, &config);
    for (uint32_t i = 0; i < 8; i++)
        CHECK(look(&watch, &picture, random, 60, 8, &now_us) == -1);

    paint(&picture, random, 60, 0);
    CHECK(bv_mean_luma(&picture) >= 65 && bv_mean_luma(&picture) <= 67); /* noise of 0 … 12 upon it */
    bv_picture_free(&picture);
}

void check_motion(uint32_t seed, uint32_t rounds)
{
    uint32_t random = seed;

    check_size(1280, 720, &random);
    for (uint32_t i = 0; i < rounds; i++)
        check_size(64 + random_next(&random) % 500, 64 + random_next(&random) % 300, &random);
}
