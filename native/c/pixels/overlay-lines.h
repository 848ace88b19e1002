/* Breaking the overlay's text into lines. Internal. */
#ifndef BV_OVERLAY_LINES_H
#define BV_OVERLAY_LINES_H

#include <stdint.h>

/* More than anybody reads in passing. */
#define BV_OVERLAY_MAX_LINES 8u

typedef struct {
    uint32_t begin;
    uint32_t count;
} bv_overlay_line;

typedef struct {
    uint32_t count;
    bv_overlay_line line[BV_OVERLAY_MAX_LINES];
} bv_overlay_lines;

/*
 * The first `time_count` of `characters` are the time; where text follows, a space parts the two. One line where all fits in
 * `columns`, else the text begins another one. Long ones are broken at spaces where there are any. 1: all is there; 0: more than
 * `max_lines` would be needed, the rest is left out.
 */
int bv_overlay_break(const uint32_t *characters, uint32_t time_count, uint32_t count, uint32_t columns, uint32_t max_lines,
                     bv_overlay_lines *out);

#endif
