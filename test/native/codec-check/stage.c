/* The stage against loops that are too simple to be wrong, and the overlay with hostile texts; every buffer has exactly the size that it must have. */
#include "../../../native/c/pixels/stage.h"

#include <string.h>

#include "../../../native/c/pixels/glyphs.h"
#include "check.h"

static void free_planes(bv_picture *picture)
{
    for (int i = 0; i < 3; i++)
        free(picture->plane[i]);
}

/* A picture whose planes end where their last sample is; rows have no padding. */
static void exact_picture(bv_picture *picture, uint32_t width, uint32_t height, uint32_t *random)
{
    *picture = (bv_picture){.width = width, .height = height};
    for (int i = 0; i < 3; i++) {
        const size_t size = i == 0 ? (size_t)width * height : (size_t)bv_half(width) * bv_half(height);
        picture->stride[i] = i == 0 ? width : bv_half(width);
        picture->plane[i] = malloc(size);
        CHECK(picture->plane[i] != NULL);
        for (size_t k = 0; k < size; k++)
            picture->plane[i][k] = (uint8_t)(16 + random_next(random) % 220);
    }
}

static bv_stage random_stage(uint32_t *random)
{
    bv_stage stage = {.zoom_milli = random_next(random) % 3 == 0 ? 1000 : 1000 + random_next(random) % 9001,
                      .pan_milli = (int32_t)(random_next(random) % 2001) - 1000,
                      .tilt_milli = (int32_t)(random_next(random) % 2001) - 1000,
                      .rotation = random_next(random) % 4 * 90,
                      .flip = random_next(random) % 4};
    CHECK(bv_stage_is_valid(&stage));
    return stage;
}

/* The sample of a plane at (x, y) after rotation and flip. */
static uint8_t turned_sample(const bv_picture *in, int plane, const bv_stage *stage, uint32_t x, uint32_t y)
{
    const uint32_t width = plane == 0 ? in->width : in->width / 2, height = plane == 0 ? in->height : in->height / 2;
    const int is_sideways = stage->rotation % 180 != 0;
    const uint32_t turned_width = is_sideways ? height : width, turned_height = is_sideways ? width : height;
    const uint32_t a = stage->flip & BV_FLIP_HORIZONTAL ? turned_width - 1 - x : x;
    const uint32_t b = stage->flip & BV_FLIP_VERTICAL ? turned_height - 1 - y : y;
    uint32_t from_x = a, from_y = b;

    if (stage->rotation == 90) { /* clockwise: what was left is above */
        from_x = b;
        from_y = height - 1 - a;
    } else if (stage->rotation == 180) {
        from_x = width - 1 - a;
        from_y = height - 1 - b;
    } else if (stage->rotation == 270) {
        from_x = width - 1 - b;
        from_y = a;
    }
    return in->plane[plane][(size_t)from_y * in->stride[plane] + from_x];
}

static uint32_t offset(uint32_t left_over, int32_t milli)
{
    return (uint32_t)((int64_t)left_over * (1000 + milli) / 2000) & ~1u;
}

/* Sizes are multiples of four, so that windows need no rounding that the product might do another way. */
static void check_turn(uint32_t *random)
{
    const uint32_t width = 64 + 4 * (random_next(random) % 30), height = 64 + 4 * (random_next(random) % 30);
    bv_stage stage = random_stage(random);
    bv_stager stager = {0};
    bv_picture in, *out;

    exact_picture(&in, width, height, random);
    bv_stager_configure(&stager, &stage);
    CHECK(bv_stager_apply(&stager, &in, 0, 0, &out) == 0);
    const int is_sideways = stage.rotation % 180 != 0;
    const uint32_t turned_width = is_sideways ? height : width, turned_height = is_sideways ? width : height;
    const uint32_t left = offset(turned_width - out->width, stage.pan_milli);
    const uint32_t top = offset(turned_height - out->height, -stage.tilt_milli);
    CHECK(out->width * stage.zoom_milli <= turned_width * 1000 && (out->width + 2) * stage.zoom_milli > turned_width * 1000);
    CHECK(out->height * stage.zoom_milli <= turned_height * 1000 && (out->height + 2) * stage.zoom_milli > turned_height * 1000);
    for (int plane = 0; plane < 3; plane++)
        for (uint32_t y = 0; y < out->height >> (plane > 0); y++)
            for (uint32_t x = 0; x < out->width >> (plane > 0); x++)
                CHECK(out->plane[plane][(size_t)y * out->stride[plane] + x] ==
                      turned_sample(&in, plane, &stage, x + (left >> (plane > 0)), y + (top >> (plane > 0))));
    bv_stager_free(&stager);
    free_planes(&in);
}

/* Any size, odd ones too, and any canvas: only that nothing is touched beyond its end, nor a picture that is somebody else's. */
static void check_bounds(uint32_t *random)
{
    const uint32_t width = 2 + random_next(random) % 200, height = 2 + random_next(random) % 200;
    const uint32_t canvas = random_next(random) % 2 == 0 ? 64 + 2 * (random_next(random) % 150) : 0;
    bv_stager stager = {0};
    bv_picture in, before, *out;
    uint32_t same = *random;

    exact_picture(&in, width, height, random);
    exact_picture(&before, width, height, &same);
    for (int i = 0; i < 3; i++) {
        bv_stage stage = random_stage(random);
        stage.brightness = (int32_t)(random_next(random) % 201) - 100;
        bv_stager_configure(&stager, &stage);
        CHECK(bv_stager_apply(&stager, &in, canvas, canvas == 0 ? 0 : 64, &out) == 0);
        CHECK(canvas == 0 || (out->width == canvas && out->height == 64 && out->memory != NULL));
    }
    for (int i = 0; i < 3; i++)
        CHECK(memcmp(in.plane[i], before.plane[i], (size_t)in.stride[i] * (i == 0 ? height : bv_half(height))) == 0);
    bv_stager_free(&stager);
    free_planes(&in);
    free_planes(&before);
}

/* A picture of our own is changed where it lies, when nothing calls for another. */
static void check_in_place(uint32_t *random)
{
    const uint32_t width = 64 + 2 * (random_next(random) % 60), height = 64 + 2 * (random_next(random) % 60);
    bv_stage stage = {.zoom_milli = 1000 + random_next(random) % 3 * 700, .brightness = 1 + (int32_t)(random_next(random) % 100)};
    bv_stager stager = {0};
    bv_picture in = {0}, *out;

    CHECK(bv_picture_allocate(&in, width, height) == 0);
    bv_stager_configure(&stager, &stage);
    CHECK(bv_stager_apply(&stager, &in, 0, 0, &out) == 0);
    CHECK(out->plane[0] >= in.plane[0] && out->plane[0] < in.plane[1] && stager.turned.memory == NULL);
    CHECK(bv_stager_apply(&stager, &in, width, height, &out) == 0);
    CHECK((out->plane[0] == in.plane[0]) == (stage.zoom_milli == 1000));
    bv_stager_free(&stager);
    bv_picture_free(&in);
}

void check_stage(uint32_t seed, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++) {
        check_turn(&seed);
        check_bounds(&seed);
        check_in_place(&seed);
    }
}

/* The mean of a plane after the levels were changed. */
static double mean_of(const bv_picture *in, int plane, int32_t brightness, int32_t contrast, int32_t saturation)
{
    const bv_stage stage = {.zoom_milli = 1000, .brightness = brightness, .contrast = contrast, .saturation = saturation};
    bv_stager stager = {0};
    bv_picture *out;
    double sum = 0;

    bv_stager_configure(&stager, &stage);
    CHECK(bv_stager_apply(&stager, in, 0, 0, &out) == 0);
    for (uint32_t y = 0; y < out->height >> (plane > 0); y++)
        for (uint32_t x = 0; x < out->width >> (plane > 0); x++) {
            const uint8_t sample = out->plane[plane][(size_t)y * out->stride[plane] + x];
            CHECK(sample >= 16 && sample <= (plane == 0 ? 235 : 240));
            sum += sample;
        }
    bv_stager_free(&stager);
    return sum / ((in->width >> (plane > 0)) * (in->height >> (plane > 0)));
}

static void flat(bv_picture *picture, uint8_t luma, uint8_t cb, uint8_t cr)
{
    const uint8_t colour[3] = {luma, cb, cr};
    CHECK(bv_picture_allocate(picture, 64, 64) == 0);
    bv_picture_fill(picture, 0, 0, 64, 64, colour);
}

void check_levels(void)
{
    bv_picture picture = {0}, view;

    flat(&picture, 80, 90, 200);
    view = picture;
    view.memory = NULL; /* somebody else's: must not be written */
    CHECK(mean_of(&view, 0, 0, 0, 0) == 80 && mean_of(&view, 1, 0, 0, 0) == 90 && mean_of(&view, 2, 0, 0, 0) == 200);
    CHECK(mean_of(&view, 0, 50, 0, 0) == 135 && mean_of(&view, 0, -50, 0, 0) == 25);
    CHECK(mean_of(&view, 0, 100, 0, 0) == 190 && mean_of(&view, 0, -100, 0, 0) == 16);
    CHECK(mean_of(&view, 1, 100, 100, 0) == 90 && mean_of(&view, 0, 0, 0, 100) == 80);
    CHECK(mean_of(&view, 0, 0, 100, 0) == 34 && mean_of(&view, 0, 0, -100, 0) > 100);
    CHECK(mean_of(&view, 1, 0, 0, -100) == 128 && mean_of(&view, 2, 0, 0, -100) == 128);
    CHECK(mean_of(&view, 1, 0, 0, 50) == 71 && mean_of(&view, 2, 0, 0, 100) == 240);
    CHECK(picture.plane[0][0] == 80 && picture.plane[1][0] == 90);
    CHECK(mean_of(&picture, 0, 50, 0, 0) == 135 && picture.plane[0][0] == 135);
    bv_picture_free(&picture);
}

/* Conversions, paddings and flags that make strftime write as much as it can, and bytes that are nothing. */
static void random_text(char *out, uint32_t capacity, uint32_t *random)
{
    static const char *const pieces[] = {"%c", "%A", "%B", "%99999999d", "%2147483647Y", "%99999999999999s", "%_300d", "%", "%%", "%n%t",
                                         "%E", "%O", "%:::z", "%Z", "%-d", "%^a", "\xc3\x9f", "\xff", "\xe2\x82", "\xf0\x9f\x98\x80", "word ", " "};
    uint32_t length = 0;

    out[0] = '\0';
    for (uint32_t i = random_next(random) % 60; i > 0; i--) {
        const char *piece = pieces[random_next(random) % (sizeof pieces / sizeof pieces[0])];
        if (length + strlen(piece) + 1 > capacity)
            return;
        strcpy(out + length, piece);
        length += (uint32_t)strlen(piece);
    }
}

static void check_untouched(const bv_picture *picture, uint32_t from, uint32_t to)
{
    for (uint32_t y = from; y < to; y++)
        for (uint32_t x = 0; x < picture->width; x++)
            CHECK(picture->plane[0][(size_t)y * picture->stride[0] + x] == 100);
}

void check_overlay(uint32_t seed, uint32_t rounds)
{
    bv_overlay overlay = {0};

    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t width = 64 + 2 * (random_next(&seed) % 600), height = 64 + 2 * (random_next(&seed) % 400);
        const uint32_t top = random_next(&seed) % 40, bottom = random_next(&seed) % 40;
        bv_stage stage = {.zoom_milli = 1000, .overlay_enabled = 1, .overlay_position = random_next(&seed) % 4};
        bv_picture picture;
        random_text(stage.overlay_format, sizeof stage.overlay_format, &seed);
        random_text(stage.overlay_text, sizeof stage.overlay_text, &seed);
        CHECK(bv_stage_is_valid(&stage));
        exact_picture(&picture, width, height, &seed);
        memset(picture.plane[0], 100, (size_t)width * height);
        if (round % 3 != 0)
            bv_overlay_configure(&overlay, &stage);
        CHECK(bv_overlay_draw(&overlay, &picture, top, bottom, (time_t)random_next(&seed)) == 0);
        check_untouched(&picture, 0, top);
        check_untouched(&picture, height - bottom, height);
        if (overlay.width > 0) {
            const uint32_t luma = picture.plane[0][(size_t)(stage.overlay_position & 2 ? height - bottom - overlay.margin - 2 : top + overlay.margin + 2) * width +
                                                   (stage.overlay_position & 1 ? width - overlay.margin - 2 : overlay.margin + 2)];
            CHECK(round % 3 == 0 || luma == 47); /* the box's dark edge */
        }
        for (int i = 0; i < 3; i++)
            free(picture.plane[i]);
    }
    bv_overlay_free(&overlay);
}

/* Random bytes: every character lies inside its text. */
void check_utf8(uint32_t seed, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t size = 1 + random_next(&seed) % 12;
        char *text = malloc(size + 1);
        CHECK(text != NULL);
        for (uint32_t i = 0; i < size; i++)
            text[i] = (char)(1 + random_next(&seed) % 255);
        text[size] = '\0';
        const char *at = text;
        while (at < text + strlen(text)) {
            const uint32_t character = bv_utf8_next(&at);
            CHECK(character <= 0x10ffff && at <= text + strlen(text));
        }
        (void)bv_can_draw_text(text);
        free(text);
    }
    const char *euro = "\xe2\x82\xac", *overlong = "\xc0\xaf", *surrogate = "\xed\xa0\x80";
    CHECK(bv_utf8_next(&euro) == 0x20ac && *euro == '\0');
    CHECK(bv_utf8_next(&overlong) == BV_BAD_CHARACTER && bv_utf8_next(&surrogate) == BV_BAD_CHARACTER);
}
