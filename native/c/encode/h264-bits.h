/* Bits of H.264 headers. Internal. */
#ifndef BV_H264_BITS_H
#define BV_H264_BITS_H

#include <stdint.h>

/* Parameter sets are far smaller; what lies behind is not read. */
#define BV_MAX_RBSP_BYTES 1024u

/* The RBSP of a NAL unit: header byte and emulation prevention taken out. Reading past the end gives zeros and sets `is_over`. */
typedef struct {
    uint8_t bytes[BV_MAX_RBSP_BYTES];
    uint32_t size;
    uint32_t bit; /* next to be read */
    int is_over;
} bv_bits;

void bv_bits_open(bv_bits *bits, const uint8_t *nal, uint32_t size);
/* u(n), ue(v) and se(v) of H.264 §7.2 and §9.1; at most 32 bits. */
uint32_t bv_bits_u(bv_bits *bits, uint32_t count);
uint32_t bv_bits_ue(bv_bits *bits);
int32_t bv_bits_se(bv_bits *bits);

#endif
