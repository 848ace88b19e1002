/* Internal to scaling. */
#ifndef BV_SCALE_THIRD_H
#define BV_SCALE_THIRD_H

#include <stddef.h>
#include <stdint.h>

/* Writes `width` means of 3 × 3 samples from three rows that lie `stride` bytes apart. */
void bv_scale_third_row(const uint8_t *in, uint32_t stride, uint8_t *out, uint32_t width);

#endif
