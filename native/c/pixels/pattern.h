/* The moving test picture. Internal. */
#ifndef BV_PATTERN_H
#define BV_PATTERN_H

#include "picture.h"

typedef struct bv_pattern bv_pattern;

#define BV_PATTERN_COUNT 2u

/* Even width and height of at least 64; `noise` 0–16 luma steps; `number` of the picture below BV_PATTERN_COUNT. 0 or -ENOMEM; the caller ends it with bv_pattern_close. */
int bv_pattern_open(uint32_t width, uint32_t height, uint32_t noise, uint32_t number, bv_pattern **out);
void bv_pattern_close(bv_pattern *pattern);
/* Light that falls on it from the next picture on: 0–100. */
void bv_pattern_set_light(bv_pattern *pattern, uint32_t percent);
/*
 * Draws picture number `counter`, its rotor `turns` clockwise from straight up, without marks. Returns it; it stays the pattern's and is valid
 * until the next call.
 */
bv_picture *bv_pattern_draw(bv_pattern *pattern, uint32_t counter, double turns);
/* Draws clock and strip on the pattern's picture, or on what was made of it. */
void bv_pattern_mark(bv_picture *picture, uint32_t counter, uint64_t unix_ms);
/* How many rows at the top and at the bottom of a picture the marks take. */
void bv_pattern_marked_rows(const bv_picture *picture, uint32_t *top, uint32_t *bottom);

#endif
