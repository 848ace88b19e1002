/* The moving test picture. Internal. */
#ifndef BV_PATTERN_H
#define BV_PATTERN_H

#include "picture.h"

typedef struct bv_pattern bv_pattern;

/* Even width and height of at least 64; `noise` 0–16 luma steps. 0 or -ENOMEM; the caller ends it with bv_pattern_close. */
int bv_pattern_open(uint32_t width, uint32_t height, uint32_t noise, bv_pattern **out);
void bv_pattern_close(bv_pattern *pattern);
/* Draws picture number `counter` and returns it; it stays the pattern's and is valid until the next call. */
const bv_picture *bv_pattern_draw(bv_pattern *pattern, uint32_t counter, uint64_t unix_ms);

#endif
