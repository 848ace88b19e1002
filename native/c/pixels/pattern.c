/*
 * Colour bars that scroll over the upper two thirds, a rotor before them, a box that bounces over a grey ramp below; clock and strip. The second picture
 * has bars between green and blue, and a large 2 before them.
 * Every row is a copy of (a window of) a prepared row, plus a window of a prepared noise table: little more than a memcpy.
 */
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "light.h"
#include "rotor.h"
#include "strip.h"
#include "text.h"

#define BARS 8u
/* What full light adds to luma above black. */
#define LIGHT_PERMILLE_PER_PERCENT 3u
/* Of the rotor, in parts of the picture's shorter side. */
#define ROTOR_RADIUS_SHARE 8u
/* Of the font of the label, a step for so many pixels of the shorter side: as high as nine twentieths of a wide picture. */
#define LABEL_STEP_SHARE 20u
/* Period of the noise: long enough that its windows do not show. */
#define NOISE_PERIOD 8192u

static const uint8_t label_ground[3] = {16, 128, 128};

/* What tells one picture from the other. */
typedef struct {
    uint8_t bars[3][BARS]; /* Y, Cb, Cr */
    const char *label;     /* empty: none */
} look;

static const look looks[BV_PATTERN_COUNT] = {
    {.bars = {{235, 210, 170, 145, 106, 81, 41, 16}, {128, 16, 166, 54, 202, 90, 240, 128}, {128, 146, 16, 34, 222, 240, 110, 128}}, .label = ""},
    {.bars = {{150, 130, 112, 95, 78, 62, 78, 112}, {146, 152, 160, 168, 176, 186, 172, 158}, {52, 60, 68, 78, 88, 98, 84, 66}}, .label = "2"},
};

struct bv_pattern {
    const look *look;
    bv_picture picture;
    uint8_t *bars[3];   /* two picture widths of bars, so that any window of one width is contiguous */
    uint8_t *ramp;      /* one width */
    uint8_t *box[2];    /* one width, dark and bright */
    uint8_t *noise;     /* NOISE_PERIOD + width steps modulo 256; NULL without noise */
    uint64_t random;
    uint32_t light_permille; /* gain of luma above black */
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Sum of four even distributions: bell-shaped, within ±amplitude. */
static uint8_t *make_noise(uint32_t amplitude, uint32_t width, uint64_t *random)
{
    uint8_t *noise = malloc(NOISE_PERIOD + width);
    if (noise == NULL)
        return NULL;
    for (uint32_t i = 0; i < NOISE_PERIOD + width; i++) {
        int32_t sum = 0;
        for (int j = 0; j < 4; j++)
            sum += (int32_t)(next_random(random) % (2 * amplitude + 1)) - (int32_t)amplitude;
        noise[i] = (uint8_t)(sum / 4);
    }
    return noise;
}

static void paint_rows(bv_pattern *pattern)
{
    const uint32_t width = pattern->picture.width;
    const uint32_t gain = pattern->light_permille;

    for (int i = 0; i < 3; i++) {
        const uint32_t length = i == 0 ? width : width / 2;
        for (uint32_t x = 0; x < 2 * length; x++) {
            const uint8_t colour = pattern->look->bars[i][x % length * BARS / length];
            pattern->bars[i][x] = i == 0 ? bv_lit(colour, gain) : colour;
        }
    }
    for (uint32_t x = 0; x < width; x++)
        pattern->ramp[x] = bv_lit((uint8_t)(16 + x * 219u / width), gain);
    memset(pattern->box[0], bv_lit(40, gain), width);
    memset(pattern->box[1], bv_lit(220, gain), width);
}

static int make_rows(bv_pattern *pattern)
{
    const uint32_t width = pattern->picture.width;

    for (int i = 0; i < 3; i++)
        if ((pattern->bars[i] = malloc(i == 0 ? 2 * (size_t)width : width)) == NULL)
            return -ENOMEM;
    pattern->ramp = malloc(width);
    pattern->box[0] = malloc(width);
    pattern->box[1] = malloc(width);
    if (pattern->ramp == NULL || pattern->box[0] == NULL || pattern->box[1] == NULL)
        return -ENOMEM;
    paint_rows(pattern);
    return 0;
}

int bv_pattern_open(uint32_t width, uint32_t height, uint32_t noise, uint32_t number, bv_pattern **out)
{
    int result = -ENOMEM;
    bv_pattern *pattern = calloc(1, sizeof *pattern);

    if (pattern == NULL)
        return -ENOMEM;
    pattern->look = &looks[number];
    pattern->random = 1;
    pattern->light_permille = BV_DARK_PERMILLE;
    if (bv_picture_allocate(&pattern->picture, width, height) < 0 || make_rows(pattern) < 0)
        goto fail;
    if (noise > 0 && (pattern->noise = make_noise(noise, width, &pattern->random)) == NULL)
        goto fail;
    for (int i = 1; i < 3; i++)
        memset(pattern->picture.plane[i], 128, (size_t)pattern->picture.stride[i] * (height / 2));
    *out = pattern;
    return 0;
fail:
    bv_pattern_close(pattern);
    return result;
}

void bv_pattern_close(bv_pattern *pattern)
{
    if (pattern == NULL)
        return;
    for (int i = 0; i < 3; i++)
        free(pattern->bars[i]);
    free(pattern->ramp);
    free(pattern->box[0]);
    free(pattern->box[1]);
    free(pattern->noise);
    bv_picture_free(&pattern->picture);
    free(pattern);
}

void bv_pattern_set_light(bv_pattern *pattern, uint32_t percent)
{
    pattern->light_permille = BV_DARK_PERMILLE + percent * LIGHT_PERMILLE_PER_PERCENT;
    paint_rows(pattern);
}

static void add_noise(const uint8_t *restrict base, const uint8_t *restrict noise, uint8_t *restrict out, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++)
        out[x] = (uint8_t)(base[x] + noise[x]);
}

/* A piece of a luma row from `base`; `noise` is NULL or this row's window of the table. */
static void draw_span(const uint8_t *base, const uint8_t *noise, uint8_t *out, uint32_t count)
{
    if (noise != NULL)
        add_noise(base, noise, out, count);
    else
        memcpy(out, base, count);
}

static const uint8_t *noise_window(bv_pattern *pattern)
{
    return pattern->noise == NULL ? NULL : pattern->noise + next_random(&pattern->random) % NOISE_PERIOD;
}

static void draw_bars(bv_pattern *pattern, uint32_t counter, uint32_t bottom)
{
    bv_picture *picture = &pattern->picture;
    const uint32_t step = (picture->width / 480 + 1) * 2;
    const uint32_t shift = (uint32_t)((uint64_t)counter * step % picture->width) & ~1u;

    for (uint32_t y = 0; y < bottom; y++)
        draw_span(pattern->bars[0] + shift, noise_window(pattern), picture->plane[0] + (size_t)y * picture->stride[0],
                  picture->width);
    for (int i = 1; i < 3; i++)
        for (uint32_t y = 0; y < bottom / 2; y++)
            memcpy(picture->plane[i] + (size_t)y * picture->stride[i], pattern->bars[i] + shift / 2, picture->width / 2);
}

static void draw_ramp(bv_pattern *pattern, uint32_t counter, uint32_t top)
{
    bv_picture *picture = &pattern->picture;
    const uint32_t bottom = bv_strip_top(picture->height);
    const uint32_t side = (bottom - top) / 2;
    const uint32_t range = picture->width - side;
    const uint32_t way = (uint32_t)((uint64_t)counter * (picture->width / 240 + 1) % (2 * range));
    const uint32_t left = way < range ? way : 2 * range - 1 - way;
    const uint32_t box_top = top + (bottom - top - side) / 2;

    for (uint32_t y = top; y < picture->height; y++) {
        const uint8_t *noise = noise_window(pattern);
        uint8_t *row = picture->plane[0] + (size_t)y * picture->stride[0];
        draw_span(pattern->ramp, noise, row, picture->width);
        if (y >= box_top && y < box_top + side)
            draw_span(pattern->box[(y - box_top) * 4 / side % 2], noise, row + left, side);
    }
}

static uint32_t shorter_side(const bv_picture *picture)
{
    return picture->width < picture->height ? picture->width : picture->height;
}

/* In the middle of the bars, clear of clock and rotor. */
static void draw_label(bv_picture *picture, const char *label, uint32_t bars_bottom)
{
    const uint32_t scale = shorter_side(picture) / LABEL_STEP_SHARE & ~1u;
    const uint32_t height = BV_TEXT_CELL_HEIGHT * scale;
    const uint32_t x = (picture->width - (BV_TEXT_CELL_WIDTH - 1) * scale) / 2 & ~1u;
    const uint32_t y = (bars_bottom - height) / 2 & ~1u;

    /* the glyph lies at the left edge of its cell */
    bv_picture_fill(picture, x - scale, y, scale, height, label_ground);
    bv_text_draw(picture, x, y, scale, label);
}

/* In the upper right corner, out of the clock's way in all but narrow pictures. */
static bv_rotor rotor_of(const bv_picture *picture)
{
    const uint32_t radius = shorter_side(picture) / ROTOR_RADIUS_SHARE & ~1u;
    const uint32_t centre = radius + (radius / 4 & ~1u);
    return (bv_rotor){.x = picture->width - centre, .y = centre, .radius = radius};
}

bv_picture *bv_pattern_draw(bv_pattern *pattern, uint32_t counter, double turns)
{
    bv_picture *picture = &pattern->picture;
    const uint32_t bars_bottom = picture->height * 2 / 3 & ~1u;
    const bv_rotor rotor = rotor_of(picture);

    draw_bars(pattern, counter, bars_bottom);
    draw_ramp(pattern, counter, bars_bottom);
    if (pattern->look->label[0] != '\0')
        draw_label(picture, pattern->look->label, bars_bottom);
    bv_rotor_draw(picture, &rotor, turns, pattern->light_permille);
    return picture;
}

static uint32_t clock_scale(uint32_t width)
{
    return width >= 320 ? width / 240 : 1;
}

void bv_pattern_mark(bv_picture *picture, uint32_t counter, uint64_t unix_ms)
{
    const uint32_t scale = clock_scale(picture->width);
    char clock[BV_CLOCK_TEXT_BYTES];

    bv_clock_text(unix_ms, clock);
    bv_text_draw(picture, 2 * scale & ~1u, 2 * scale & ~1u, scale, clock);
    bv_strip_draw(picture, counter, unix_ms);
}

void bv_pattern_marked_rows(const bv_picture *picture, uint32_t *top, uint32_t *bottom)
{
    const uint32_t scale = clock_scale(picture->width);

    *top = (2 + BV_TEXT_CELL_HEIGHT) * scale;
    *bottom = picture->height - bv_strip_top(picture->height);
}
