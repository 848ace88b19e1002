#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "font.h"

#define WHITE 235u
#define GLYPH_TOP 1u /* rows of the cell above the glyph */

static const uint8_t black[3] = {16, 128, 128};

static const uint8_t *glyph_of(char character)
{
    unsigned code = (unsigned char)character;
    if (code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    if (code < BV_FONT_FIRST || code >= BV_FONT_FIRST + BV_FONT_COUNT)
        code = ' ';
    return bv_font[code - BV_FONT_FIRST];
}

static void draw_glyph(bv_picture *picture, uint32_t left, uint32_t top, uint32_t scale, const uint8_t *glyph)
{
    for (uint32_t y = 0; y < BV_FONT_ROWS * scale && top + y < picture->height; y++) {
        const uint8_t row = glyph[y / scale];
        uint8_t *out = picture->plane[0] + (size_t)(top + y) * picture->stride[0];
        for (uint32_t column = 0; column < BV_FONT_COLUMNS; column++) {
            const uint32_t x = left + column * scale;
            if ((row >> (BV_FONT_COLUMNS - 1 - column) & 1) && x + scale <= picture->width)
                memset(out + x, WHITE, scale);
        }
    }
}

void bv_text_draw(bv_picture *picture, uint32_t x, uint32_t y, uint32_t scale, const char *text)
{
    const uint32_t width = BV_TEXT_CELL_WIDTH * scale;

    bv_picture_fill(picture, x, y, width * (uint32_t)strlen(text), BV_TEXT_CELL_HEIGHT * scale, black);
    for (uint32_t left = x; *text != '\0' && left < picture->width; text++, left += width)
        draw_glyph(picture, left, y + GLYPH_TOP * scale, scale, glyph_of(*text));
}

void bv_clock_text(uint64_t unix_ms, char out[BV_CLOCK_TEXT_BYTES])
{
    const time_t seconds = (time_t)(unix_ms / 1000);
    struct tm utc;
    size_t length;

    gmtime_r(&seconds, &utc);
    length = strftime(out, BV_CLOCK_TEXT_BYTES, "%Y-%m-%d %H:%M:%S", &utc);
    snprintf(out + length, BV_CLOCK_TEXT_BYTES - length, ".%03u UTC", (unsigned)(unix_ms % 1000));
}

uint64_t bv_unix_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}
