/* Which of a camera's modes serves a wish best: a pure function. */
#include <stddef.h>
#include <string.h>

#include "negotiate.h"

/* 29.97 fps serves a wish for 30, and rates told as rounded intervals fall short by some parts in a million. */
#define RATE_TOLERANCE_PERMILLE 5u

enum { TIER_PASSTHROUGH, TIER_RAW, TIER_JPEG, TIER_OTHER_SIZE, TIER_SLOW };

/* Compared member by member in this order; lower is better. */
typedef struct {
    uint32_t tier;
    uint32_t distance;  /* of the size */
    uint32_t shortfall; /* of the rate */
    uint32_t preference;
    uint32_t excess;    /* of the rate */
} rank;

static uint32_t permille(uint32_t difference, uint32_t of)
{
    return (uint32_t)((uint64_t)difference * 1000 / of);
}

/* Too small costs twice, since scaling up shows. */
static uint32_t side_distance(uint32_t side, uint32_t wanted)
{
    return side >= wanted ? permille(side - wanted, wanted) : 2 * permille(wanted - side, wanted);
}

/* A picture of another shape is stretched or cut, so that counts too. */
static uint32_t size_distance(const bv_mode *mode, const bv_wish *wish)
{
    const uint64_t a = (uint64_t)mode->width * wish->height, b = (uint64_t)mode->height * wish->width;
    const uint64_t skew = (a > b ? a - b : b - a) * 1000 / (a > b ? a : b);
    return side_distance(mode->width, wish->width) + side_distance(mode->height, wish->height) + (uint32_t)skew;
}

static rank rank_mode(const bv_mode *mode, const bv_pixel_format *format, const bv_wish *wish)
{
    const uint32_t rate = mode->fps_millihertz;
    const uint32_t enough = wish->fps_millihertz - wish->fps_millihertz / 1000 * RATE_TOLERANCE_PERMILLE;
    rank r = { .distance = size_distance(mode, wish), .preference = bv_pixel_format_preference(format) };
    if (rate == 0)
        r.excess = UINT32_MAX; /* unknown: believed to suffice, tried after those that promise it */
    else if (rate < enough)
        r.shortfall = wish->fps_millihertz - rate;
    else
        r.excess = rate > wish->fps_millihertz ? rate - wish->fps_millihertz : wish->fps_millihertz - rate;
    if (r.distance == 0 && r.shortfall == 0)
        r.tier = format->coding == BV_CODING_H264 ? TIER_PASSTHROUGH : format->coding == BV_CODING_RAW ? TIER_RAW : TIER_JPEG;
    else
        r.tier = r.shortfall > wish->fps_millihertz / 2 ? TIER_SLOW : TIER_OTHER_SIZE;
    return r;
}

static bool is_better(const rank *a, const rank *b)
{
    if (a->tier != b->tier)
        return a->tier < b->tier;
    if (a->distance != b->distance)
        return a->distance < b->distance;
    if (a->shortfall != b->shortfall)
        return a->shortfall < b->shortfall;
    if (a->preference != b->preference)
        return a->preference < b->preference;
    return a->excess < b->excess;
}

static bool is_tried(uint32_t fourcc, const uint32_t *tried, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (tried[i] == fourcc)
            return true;
    return false;
}

const bv_mode *bv_mode_choose(const bv_mode *modes, uint32_t count, const bv_wish *wish, bool allow_h264, const uint32_t *tried, uint32_t tried_count)
{
    const bv_mode *best = NULL;
    rank best_rank = { 0 };
    for (uint32_t i = 0; i < count; i++) {
        const bv_mode *mode = &modes[i];
        if (!(mode->flags & BV_MODE_READABLE) || mode->width == 0 || mode->height == 0)
            continue;
        if (!bv_wish_allows(wish, mode->fourcc) || is_tried(mode->fourcc, tried, tried_count))
            continue;
        const bv_pixel_format *format = bv_pixel_format_find(mode->fourcc);
        const rank r = rank_mode(mode, format, wish);
        const bool by_name = wish->fourcc == mode->fourcc;
        if (format->coding == BV_CODING_H264 && !by_name && !(allow_h264 && r.tier == TIER_PASSTHROUGH))
            continue;
        if (!best || is_better(&r, &best_rank)) {
            best = mode;
            best_rank = r;
        }
    }
    return best;
}
