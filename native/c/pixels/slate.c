#include "slate.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

static const uint8_t background[3] = {16, 128, 128};
static const char usual_text[] = "CAMERA OFFLINE";

/* The largest scale at which the text takes at most `share` percent of the width. */
static uint32_t fit(uint32_t width, uint32_t share, size_t length)
{
    const uint32_t scale = width * share / 100 / (BV_TEXT_CELL_WIDTH * (uint32_t)length);
    return scale < 1 ? 1 : scale;
}

static void draw_centred(bv_picture *picture, uint32_t y, uint32_t scale, const char *text)
{
    const uint32_t width = BV_TEXT_CELL_WIDTH * scale * (uint32_t)strlen(text);
    const uint32_t x = width < picture->width ? (picture->width - width) / 2 & ~1u : 0;
    bv_text_draw(picture, x, y & ~1u, scale, text);
}

int bv_slate_draw(bv_slate *slate, uint32_t width, uint32_t height, const char *text, uint64_t unix_ms)
{
    const char *shown = text[0] != '\0' ? text : usual_text;
    char clock[BV_CLOCK_TEXT_BYTES];

    if (slate->picture.memory == NULL || slate->picture.width != width || slate->picture.height != height ||
        strcmp(slate->text, shown) != 0) {
        const int result = bv_picture_allocate(&slate->picture, width, height);
        if (result < 0)
            return result;
        snprintf(slate->text, sizeof slate->text, "%s", shown);
        bv_picture_fill(&slate->picture, 0, 0, width, height, background);
        draw_centred(&slate->picture, height * 2 / 5, fit(width, 70, strlen(shown)), shown);
    }
    bv_clock_text(unix_ms, clock);
    draw_centred(&slate->picture, height * 3 / 5, fit(width, 45, strlen(clock)), clock);
    return 0;
}

void bv_slate_free(bv_slate *slate)
{
    bv_picture_free(&slate->picture);
}
