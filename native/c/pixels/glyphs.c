#include "glyphs.h"

#include <stddef.h>

#include "../../include/shim.h"

#define GLYPH_BYTES (BV_GLYPH_COLUMNS * BV_GLYPH_ROWS / 8)
#define LAST_CHARACTER 0x10ffffu
#define FIRST_SURROGATE 0xd800u
#define LAST_SURROGATE 0xdfffu

/* Characters that follow each other, and where the glyph of the first one lies. */
typedef struct {
    uint32_t first;
    uint32_t count;
    uint32_t index;
} font_run;

#include "font-10x20.inc"

static const uint8_t box[GLYPH_BYTES] = {0, 0, 0, 1, 254, 127, 152, 102, 25, 134, 97, 152, 102, 25, 134, 97, 152, 103, 249, 254, 0, 0, 0, 0, 0};

_Static_assert(sizeof font_glyphs[0] == GLYPH_BYTES, "the table has glyphs of another size");

/* Bytes that follow a first byte, and the smallest character that needs them. Negative: it begins nothing. */
static int sequence_of(unsigned char first, uint32_t *smallest)
{
    if (first < 0x80) {
        *smallest = 0;
        return 0;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *smallest = 0x80;
        return 1;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *smallest = 0x800;
        return 2;
    }
    *smallest = 0x10000;
    return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

uint32_t bv_utf8_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)(*at)++;
    uint32_t smallest;
    const int following = sequence_of(bytes[0], &smallest);
    uint32_t character = following <= 0 ? bytes[0] : bytes[0] & (0x3fu >> following);

    if (following < 0)
        return BV_BAD_CHARACTER;
    for (int i = 1; i <= following; i++) {
        if ((bytes[i] & 0xc0u) != 0x80u)
            return BV_BAD_CHARACTER;
        character = character << 6 | (bytes[i] & 0x3fu);
    }
    if (character < smallest || character > LAST_CHARACTER || (character >= FIRST_SURROGATE && character <= LAST_SURROGATE))
        return BV_BAD_CHARACTER;
    *at += following;
    return character;
}

const uint8_t *bv_glyph_find(uint32_t character)
{
    for (size_t i = 0; i < sizeof font_runs / sizeof font_runs[0]; i++)
        if (character - font_runs[i].first < font_runs[i].count)
            return font_glyphs[font_runs[i].index + character - font_runs[i].first];
    return NULL;
}

const uint8_t *bv_glyph_box(void)
{
    return box;
}

int bv_can_draw_text(const char *text)
{
    while (*text != '\0')
        if (bv_glyph_find(bv_utf8_next(&text)) == NULL)
            return 0;
    return 1;
}
