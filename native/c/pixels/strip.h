/* The machine-readable strip of the test pattern; its format is described in native/README.md. Internal. */
#ifndef BV_STRIP_H
#define BV_STRIP_H

#include "picture.h"

/* First luma row of the strip: even, so that chroma rows belong to one side. */
uint32_t bv_strip_top(uint32_t height);
void bv_strip_draw(bv_picture *picture, uint32_t counter, uint64_t unix_ms);

#endif
