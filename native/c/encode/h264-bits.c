#include "h264-bits.h"

#define MAX_GOLOMB_ZEROS 31u

void bv_bits_open(bv_bits *bits, const uint8_t *nal, uint32_t size)
{
    uint32_t zeros = 0;

    bits->size = bits->bit = 0;
    bits->is_over = 0;
    for (uint32_t i = 1; i < size && bits->size < BV_MAX_RBSP_BYTES; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == 0 ? zeros + 1 : 0;
        bits->bytes[bits->size++] = nal[i];
    }
}

uint32_t bv_bits_u(bv_bits *bits, uint32_t count)
{
    uint32_t value = 0;

    for (; count > 0; count--, bits->bit++) {
        if (bits->bit / 8 >= bits->size) {
            bits->is_over = 1;
            return 0;
        }
        value = value << 1 | (bits->bytes[bits->bit / 8] >> (7 - bits->bit % 8) & 1u);
    }
    return value;
}

uint32_t bv_bits_ue(bv_bits *bits)
{
    uint32_t zeros = 0;

    while (!bits->is_over && bv_bits_u(bits, 1) == 0)
        if (++zeros > MAX_GOLOMB_ZEROS)
            bits->is_over = 1;
    return bits->is_over ? 0 : (1u << zeros) - 1 + bv_bits_u(bits, zeros);
}

int32_t bv_bits_se(bv_bits *bits)
{
    const uint32_t code = bv_bits_ue(bits);
    return code % 2 != 0 ? (int32_t)(code / 2 + 1) : -(int32_t)(code / 2);
}
