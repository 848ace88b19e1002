/* Text in a small bitmap font. Internal. */
#ifndef BV_TEXT_H
#define BV_TEXT_H

#include "picture.h"

/* Cell of one character at scale 1, pixels; the glyph has 5 × 7 of them. */
#define BV_TEXT_CELL_WIDTH 6u
#define BV_TEXT_CELL_HEIGHT 9u
/* Room for what bv_clock_text writes. */
#define BV_CLOCK_TEXT_BYTES 40u

/* Draws ASCII (small letters as capitals, what has no glyph as a space), white on black, clipped. x, y, scale even or not; chroma below becomes grey. */
void bv_text_draw(bv_picture *picture, uint32_t x, uint32_t y, uint32_t scale, const char *text);
/* "2026-11-22 08:39:36.123 UTC" */
void bv_clock_text(uint64_t unix_ms, char out[BV_CLOCK_TEXT_BYTES]);
/* Now, Unix milliseconds. */
uint64_t bv_unix_ms(void);

#endif
