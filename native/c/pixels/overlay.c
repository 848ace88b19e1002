#include "overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "glyphs.h"
#include "overlay-lines.h"
#include "step.h"

#define WHITE 235u
#define SET 255u
/* Around the text, pixels at scale 1. */
#define PADDING 4u
/* The box takes one part in this of the room's height, unless the font cannot get smaller. */
#define HEIGHT_SHARE 3u

void bv_overlay_configure(bv_overlay *overlay, const bv_stage *stage)
{
    overlay->stage = *stage;
    overlay->is_stale = 1;
}

void bv_overlay_free(bv_overlay *overlay)
{
    free(overlay->mask);
    *overlay = (bv_overlay){0};
}

/* Adds text; control characters, such as %n of strftime makes, become spaces. */
static void append(bv_overlay *overlay, const char *text)
{
    while (*text != '\0' && overlay->count < BV_OVERLAY_CHARACTERS) {
        const uint32_t character = bv_utf8_next(&text);
        const int is_control = character < ' ' || (character >= 0x7f && character < 0xa0);
        overlay->characters[overlay->count++] = is_control ? ' ' : character;
    }
}

/* 1: the text is another one than before. */
static int compose(bv_overlay *overlay, time_t now)
{
    char text[BV_OVERLAY_TIME_BYTES];
    struct tm local;

    if (!overlay->is_stale && overlay->second == now)
        return 0;
    overlay->second = now;
    overlay->is_stale = 0;
    overlay->count = 0;
    tzset(); /* the machine's zone may have been changed */
    /* strftime leaves the buffer undefined when the time does not fit */
    if (localtime_r(&now, &local) == NULL || strftime(text, sizeof text, overlay->stage.overlay_format, &local) == 0)
        text[0] = '\0';
    append(overlay, text);
    overlay->time_count = overlay->count;
    if (overlay->count > 0 && overlay->stage.overlay_text[0] != '\0')
        append(overlay, " ");
    append(overlay, overlay->stage.overlay_text);
    return 1;
}

static void draw_glyph(bv_overlay *overlay, const uint8_t *glyph, uint32_t left, uint32_t top, uint32_t scale)
{
    for (uint32_t y = 0; y < BV_GLYPH_ROWS * scale; y++)
        for (uint32_t column = 0; column < BV_GLYPH_COLUMNS; column++)
            if (bv_glyph_bit(glyph, column, y / scale))
                memset(overlay->mask + (size_t)(top + y) * overlay->width + left + column * scale, SET, scale);
}

static int make_mask(bv_overlay *overlay, const bv_overlay_lines *lines, uint32_t scale)
{
    const uint32_t padding = PADDING * scale;
    uint32_t longest = 0;

    for (uint32_t i = 0; i < lines->count; i++)
        longest = lines->line[i].count > longest ? lines->line[i].count : longest;
    overlay->width = longest * BV_GLYPH_COLUMNS * scale + 2 * padding;
    overlay->height = lines->count * BV_GLYPH_ROWS * scale + 2 * padding;
    overlay->margin = BV_EDGE_MARGIN * scale;
    const size_t bytes = (size_t)overlay->width * overlay->height;
    if (bytes > overlay->capacity) {
        free(overlay->mask);
        overlay->capacity = 0;
        overlay->mask = malloc(bytes);
        if (overlay->mask == NULL) {
            overlay->width = 0; // nothing to draw
            return -ENOMEM;
        }
        overlay->capacity = bytes;
    }
    memset(overlay->mask, 0, bytes);
    for (uint32_t i = 0; i < lines->count; i++)
        for (uint32_t k = 0; k < lines->line[i].count; k++) {
            const uint8_t *glyph = bv_glyph_find(overlay->characters[lines->line[i].begin + k]);
            draw_glyph(overlay, glyph != NULL ? glyph : bv_glyph_box(), padding + k * BV_GLYPH_COLUMNS * scale,
                       padding + i * BV_GLYPH_ROWS * scale, scale);
        }
    return 0;
}

/* The largest scale at which the text is not too high for the room; at the smallest what fits is shown. */
static int make(bv_overlay *overlay, const bv_picture *picture, uint32_t height)
{
    const uint32_t width = picture->width;

    overlay->room_width = width;
    overlay->room_height = height;
    overlay->width = 0;
    for (uint32_t scale = bv_step_of(picture); scale >= 1; scale--) {
        const uint32_t frame = 2 * (BV_EDGE_MARGIN + PADDING) * scale;
        const uint32_t highest = scale > 1 ? height / HEIGHT_SHARE : height;
        bv_overlay_lines lines;
        if (width < frame + BV_GLYPH_COLUMNS * scale || highest < frame + BV_GLYPH_ROWS * scale)
            continue;
        const int is_whole = bv_overlay_break(overlay->characters, overlay->time_count, overlay->count,
                                              (width - frame) / (BV_GLYPH_COLUMNS * scale),
                                              (highest - frame) / (BV_GLYPH_ROWS * scale), &lines);
        if (is_whole || scale == 1)
            return lines.count == 0 ? 0 : make_mask(overlay, &lines, scale);
    }
    return 0;
}

/* What is beneath the box shines through darkly, so that white text can be read on anything. */
static void blend_luma(const uint8_t *restrict mask, uint8_t *restrict out, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++) {
        const uint8_t dimmed = (uint8_t)(((uint16_t)(out[x] * 96u) >> 8) + 10u);
        out[x] = mask[x] != 0 ? WHITE : dimmed;
    }
}

static void blend_chroma(uint8_t *out, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++)
        out[x] = (uint8_t)((out[x] + 3u * 128u) >> 2);
}

int bv_overlay_draw(bv_overlay *overlay, bv_picture *picture, uint32_t top, uint32_t bottom, time_t now)
{
    const uint32_t position = overlay->stage.overlay_position;
    const int is_right = (position & BV_OVERLAY_RIGHT) != 0, is_bottom = (position & BV_OVERLAY_BOTTOM) != 0;
    const uint32_t room = picture->height > top + bottom ? picture->height - top - bottom : 0;

    if (compose(overlay, now) || overlay->room_width != picture->width || overlay->room_height != room) {
        const int result = make(overlay, picture, room);
        if (result < 0)
            return result;
    }
    if (overlay->width == 0)
        return 0;
    const uint32_t x = (is_right ? picture->width - overlay->width - overlay->margin : overlay->margin) & ~1u;
    const uint32_t y = (is_bottom ? top + room - overlay->height - overlay->margin : top + overlay->margin) & ~1u;
    for (uint32_t row = 0; row < overlay->height; row++)
        blend_luma(overlay->mask + (size_t)row * overlay->width, picture->plane[0] + (size_t)(y + row) * picture->stride[0] + x,
                   overlay->width);
    for (int i = 1; i < 3; i++)
        for (uint32_t row = 0; row < overlay->height / 2; row++)
            blend_chroma(picture->plane[i] + (size_t)(y / 2 + row) * picture->stride[i] + x / 2, overlay->width / 2);
    return 0;
}
