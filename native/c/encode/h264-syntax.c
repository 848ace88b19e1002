#include "h264-syntax.h"

#include "../../include/shim.h"

#define MAX_RBSP_BYTES 1024u
/* first_mb_in_slice and slice_type end well before */
#define SLICE_HEADER_BYTES 16u
#define PROFILE_HIGH 100u
#define MAX_GOLOMB_ZEROS 31u
#define EXTENDED_SAR 255u
#define MAX_POC_CYCLE 255u

/* Bits of a NAL unit without its emulation prevention. Reading past the end gives zeros and sets `is_over`. */
typedef struct {
    uint8_t bytes[MAX_RBSP_BYTES];
    uint32_t size;
    uint32_t bit;
    int is_over;
} bits;

static void open_bits(bits *bits, const uint8_t *nal, uint32_t size)
{
    uint32_t zeros = 0;

    bits->size = bits->bit = 0;
    bits->is_over = 0;
    for (uint32_t i = 1; i < size && bits->size < MAX_RBSP_BYTES; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == 0 ? zeros + 1 : 0;
        bits->bytes[bits->size++] = nal[i];
    }
}

static uint32_t u(bits *bits, uint32_t count)
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

static uint32_t ue(bits *bits)
{
    uint32_t zeros = 0;

    while (!bits->is_over && u(bits, 1) == 0)
        if (++zeros > MAX_GOLOMB_ZEROS)
            bits->is_over = 1;
    return bits->is_over ? 0 : (1u << zeros) - 1 + u(bits, zeros);
}

static int32_t se(bits *bits)
{
    const uint32_t code = ue(bits);
    return code % 2 != 0 ? (int32_t)(code / 2 + 1) : -(int32_t)(code / 2);
}

static void skip_scaling_list(bits *bits, uint32_t length)
{
    int32_t last = 8, next = 8;

    for (uint32_t i = 0; i < length && !bits->is_over; i++) {
        if (next != 0)
            next = (last + se(bits) + 256) % 256;
        last = next == 0 ? last : next;
    }
}

static int has_chroma_fields(uint32_t profile)
{
    static const uint8_t profiles[] = {PROFILE_HIGH, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};

    for (uint32_t i = 0; i < sizeof profiles; i++)
        if (profiles[i] == profile)
            return 1;
    return 0;
}

static void read_chroma_fields(bits *bits, bv_sps *out)
{
    const uint32_t chroma_format = ue(bits);

    if (chroma_format == 3)
        u(bits, 1);
    const uint32_t luma_extra = ue(bits);
    const uint32_t chroma_extra = ue(bits);
    out->is_plain = chroma_format == 1 && luma_extra == 0 && chroma_extra == 0;
    u(bits, 1);
    if (u(bits, 1))
        for (uint32_t i = 0; i < (chroma_format == 3 ? 12u : 8u); i++)
            if (u(bits, 1))
                skip_scaling_list(bits, i < 6 ? 16 : 64);
}

static void skip_picture_order(bits *bits)
{
    const uint32_t type = ue(bits);

    if (type == 0) {
        ue(bits);
    } else if (type == 1) {
        u(bits, 1);
        se(bits);
        se(bits);
        const uint32_t count = ue(bits);
        if (count > MAX_POC_CYCLE)
            bits->is_over = 1;
        for (uint32_t i = 0; i < count && !bits->is_over; i++)
            se(bits);
    }
}

static uint32_t read_range(bits *bits)
{
    if (!u(bits, 1)) /* no VUI */
        return 0;
    if (u(bits, 1) && u(bits, 8) == EXTENDED_SAR)
        u(bits, 32);
    if (u(bits, 1))
        u(bits, 1);
    if (!u(bits, 1))
        return 0;
    u(bits, 3);
    const uint32_t full_range = u(bits, 1);
    return bits->is_over ? 0 : full_range;
}

int bv_sps_read(const uint8_t *nal, uint32_t size, bv_sps *out)
{
    bits bits;
    uint32_t left = 0, right = 0, top = 0, bottom = 0;

    open_bits(&bits, nal, size);
    *out = (bv_sps){.is_plain = 1};
    const uint32_t profile = u(&bits, 8);
    u(&bits, 16);
    ue(&bits);
    if (has_chroma_fields(profile))
        read_chroma_fields(&bits, out);
    ue(&bits);
    skip_picture_order(&bits);
    ue(&bits);
    u(&bits, 1);
    const uint64_t width = 16u * ((uint64_t)ue(&bits) + 1);
    const uint64_t map_height = 16u * ((uint64_t)ue(&bits) + 1);
    const uint32_t frames_only = u(&bits, 1);
    if (!frames_only) {
        u(&bits, 1);
        out->is_plain = 0;
    }
    u(&bits, 1);
    if (u(&bits, 1)) {
        left = ue(&bits);
        right = ue(&bits);
        top = ue(&bits);
        bottom = ue(&bits);
    }
    const uint64_t height = map_height * (frames_only ? 1 : 2);
    const uint64_t crop_x = 2u * ((uint64_t)left + right);
    const uint64_t crop_y = (frames_only ? 2u : 4u) * ((uint64_t)top + bottom);
    if (bits.is_over || crop_x >= width || crop_y >= height || width > BV_MAX_WIDTH + 15 || height > BV_MAX_HEIGHT + 31)
        return BV_ERR_CORRUPT;
    out->width = (uint32_t)(width - crop_x);
    out->height = (uint32_t)(height - crop_y);
    out->full_range = read_range(&bits);
    return out->width <= BV_MAX_WIDTH && out->height <= BV_MAX_HEIGHT ? 0 : BV_ERR_CORRUPT;
}

int bv_slice_is_b(const uint8_t *nal, uint32_t size)
{
    bits bits;

    open_bits(&bits, nal, size < SLICE_HEADER_BYTES ? size : SLICE_HEADER_BYTES);
    ue(&bits);
    const uint32_t type = ue(&bits);
    return bits.is_over ? BV_ERR_CORRUPT : type % 5 == 1;
}
