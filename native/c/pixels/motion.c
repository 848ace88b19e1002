#include "motion.h"

#include <stdlib.h>

#define LOOK_EVERY_US 120000u
/* The background follows by this part of the difference at each look: what stays is part of it after some seconds. */
#define FOLLOW 16
/* Looks before differences count: the background has to be one. */
#define SETTLING_LOOKS 4u
/* Samples of a cell in each direction: its mean is steady where single samples are noise. */
#define SAMPLES 8u
#define PERMILLE 1000u

void bv_motion_configure(bv_motion_watch *watch, const bv_motion *config)
{
    watch->config = *config;
    bv_motion_forget(watch);
}

void bv_motion_forget(bv_motion_watch *watch)
{
    watch->looks = 0;
    watch->looked_us = 0;
}

/* In 1/256. */
static int32_t mean_of_cell(const bv_picture *picture, uint32_t column, uint32_t row)
{
    const uint32_t left = column * picture->width / BV_MOTION_COLUMNS, right = (column + 1) * picture->width / BV_MOTION_COLUMNS;
    const uint32_t top = row * picture->height / BV_MOTION_ROWS, bottom = (row + 1) * picture->height / BV_MOTION_ROWS;
    uint32_t sum = 0;

    for (uint32_t y = 0; y < SAMPLES; y++) {
        const uint8_t *line = picture->plane[0] + (size_t)(top + y * (bottom - top) / SAMPLES) * picture->stride[0];
        for (uint32_t x = 0; x < SAMPLES; x++)
            sum += line[left + x * (right - left) / SAMPLES];
    }
    return (int32_t)(sum * 256 / (SAMPLES * SAMPLES));
}

uint32_t bv_mean_luma(const bv_picture *picture)
{
    uint32_t sum = 0;

    for (uint32_t cell = 0; cell < BV_MOTION_CELLS; cell++)
        sum += (uint32_t)mean_of_cell(picture, cell % BV_MOTION_COLUMNS, cell / BV_MOTION_COLUMNS);
    return sum / (256 * BV_MOTION_CELLS);
}

int32_t bv_motion_look(bv_motion_watch *watch, const bv_picture *picture, uint64_t now_us)
{
    const bv_motion *config = &watch->config;
    const int32_t step = (int32_t)config->step * 256;
    uint32_t watched = 0, changed = 0;

    if (!config->enabled || now_us - watch->looked_us < LOOK_EVERY_US)
        return -1;
    watch->looked_us = now_us;
    for (uint32_t cell = 0; cell < BV_MOTION_CELLS; cell++) {
        if (!config->cells[cell])
            continue;
        const int32_t mean = mean_of_cell(picture, cell % BV_MOTION_COLUMNS, cell / BV_MOTION_COLUMNS);
        const int32_t difference = mean - watch->background[cell];
        watched++;
        changed += abs(difference) >= step;
        watch->background[cell] = watch->looks == 0 ? mean : watch->background[cell] + difference / FOLLOW;
    }
    if (watch->looks < SETTLING_LOOKS) {
        watch->looks++;
        return -1;
    }
    return watched == 0 ? -1 : (int32_t)(changed * PERMILLE / watched);
}
