/* The overlay's font: X11's misc-fixed 10 × 20. Internal. */
#ifndef BV_GLYPHS_H
#define BV_GLYPHS_H

#include <stdint.h>

#define BV_GLYPH_COLUMNS 10u
#define BV_GLYPH_ROWS 20u
/* What bytes that are no UTF-8 are read as. */
#define BV_BAD_CHARACTER 0xfffdu

/* Reads one character and moves on by at least a byte; *at must not be at the end. BV_BAD_CHARACTER: malformed. */
uint32_t bv_utf8_next(const char **at);
/* Bits row by row, the leftmost first, without padding; NULL: the font has no such glyph. */
const uint8_t *bv_glyph_find(uint32_t character);
/* The box for what has no glyph. */
const uint8_t *bv_glyph_box(void);

static inline int bv_glyph_bit(const uint8_t *glyph, uint32_t column, uint32_t row)
{
    const uint32_t bit = row * BV_GLYPH_COLUMNS + column;
    return glyph[bit / 8] >> (7 - bit % 8) & 1;
}

#endif
