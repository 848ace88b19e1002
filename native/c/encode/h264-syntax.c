#include "h264-syntax.h"

#include "../../include/shim.h"
#include "h264-bits.h"

/* first_mb_in_slice and slice_type end well before */
#define SLICE_HEADER_BYTES 16u
#define PROFILE_HIGH 100u
#define EXTENDED_SAR 255u
#define MAX_POC_CYCLE 255u

static void skip_scaling_list(bv_bits *bits, uint32_t length)
{
    int32_t last = 8, next = 8;

    for (uint32_t i = 0; i < length && !bits->is_over; i++) {
        if (next != 0)
            next = (last + bv_bits_se(bits) + 256) % 256;
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

static void read_chroma_fields(bv_bits *bits, bv_sps *out)
{
    const uint32_t chroma_format = bv_bits_ue(bits);

    if (chroma_format == 3)
        bv_bits_u(bits, 1);
    const uint32_t luma_extra = bv_bits_ue(bits);
    const uint32_t chroma_extra = bv_bits_ue(bits);
    out->is_plain = chroma_format == 1 && luma_extra == 0 && chroma_extra == 0;
    bv_bits_u(bits, 1);
    if (bv_bits_u(bits, 1))
        for (uint32_t i = 0; i < (chroma_format == 3 ? 12u : 8u); i++)
            if (bv_bits_u(bits, 1))
                skip_scaling_list(bits, i < 6 ? 16 : 64);
}

static void skip_picture_order(bv_bits *bits)
{
    const uint32_t type = bv_bits_ue(bits);

    if (type == 0) {
        bv_bits_ue(bits);
    } else if (type == 1) {
        bv_bits_u(bits, 1);
        bv_bits_se(bits);
        bv_bits_se(bits);
        const uint32_t count = bv_bits_ue(bits);
        if (count > MAX_POC_CYCLE)
            bits->is_over = 1;
        for (uint32_t i = 0; i < count && !bits->is_over; i++)
            bv_bits_se(bits);
    }
}

/* The beginning of the VUI (E.1.1), up to the timing. */
static void read_vui(bv_bits *bits, bv_sps *out)
{
    if (bv_bits_u(bits, 1) && bv_bits_u(bits, 8) == EXTENDED_SAR)
        bv_bits_u(bits, 32);
    if (bv_bits_u(bits, 1))
        bv_bits_u(bits, 1);
    if (bv_bits_u(bits, 1)) {
        bv_bits_u(bits, 3);
        out->full_range = bv_bits_u(bits, 1);
        if (bv_bits_u(bits, 1))
            bv_bits_u(bits, 24);
    }
    if (bv_bits_u(bits, 1)) {
        bv_bits_ue(bits);
        bv_bits_ue(bits);
    }
    out->timing_bit = bits->bit;
    out->has_timing = bv_bits_u(bits, 1);
    if (bits->is_over) /* a VUI that is cut says nothing */
        out->full_range = out->timing_bit = out->has_timing = 0;
}

int bv_sps_read(const uint8_t *nal, uint32_t size, bv_sps *out)
{
    bv_bits bits;
    uint32_t left = 0, right = 0, top = 0, bottom = 0;

    bv_bits_open(&bits, nal, size);
    *out = (bv_sps){.is_plain = 1};
    const uint32_t profile = bv_bits_u(&bits, 8);
    bv_bits_u(&bits, 16);
    bv_bits_ue(&bits);
    if (has_chroma_fields(profile))
        read_chroma_fields(&bits, out);
    bv_bits_ue(&bits);
    skip_picture_order(&bits);
    bv_bits_ue(&bits);
    bv_bits_u(&bits, 1);
    const uint64_t width = 16u * ((uint64_t)bv_bits_ue(&bits) + 1);
    const uint64_t map_height = 16u * ((uint64_t)bv_bits_ue(&bits) + 1);
    const uint32_t frames_only = bv_bits_u(&bits, 1);
    if (!frames_only) {
        bv_bits_u(&bits, 1);
        out->is_plain = 0;
    }
    bv_bits_u(&bits, 1);
    if (bv_bits_u(&bits, 1)) {
        left = bv_bits_ue(&bits);
        right = bv_bits_ue(&bits);
        top = bv_bits_ue(&bits);
        bottom = bv_bits_ue(&bits);
    }
    const uint64_t height = map_height * (frames_only ? 1 : 2);
    const uint64_t crop_x = 2u * ((uint64_t)left + right);
    const uint64_t crop_y = (frames_only ? 2u : 4u) * ((uint64_t)top + bottom);
    if (bits.is_over || crop_x >= width || crop_y >= height || width > BV_MAX_WIDTH + 15 || height > BV_MAX_HEIGHT + 31)
        return BV_ERR_CORRUPT;
    out->width = (uint32_t)(width - crop_x);
    out->height = (uint32_t)(height - crop_y);
    if (bv_bits_u(&bits, 1))
        read_vui(&bits, out);
    return out->width <= BV_MAX_WIDTH && out->height <= BV_MAX_HEIGHT ? 0 : BV_ERR_CORRUPT;
}

int bv_slice_is_b(const uint8_t *nal, uint32_t size)
{
    bv_bits bits;

    bv_bits_open(&bits, nal, size < SLICE_HEADER_BYTES ? size : SLICE_HEADER_BYTES);
    bv_bits_ue(&bits);
    const uint32_t type = bv_bits_ue(&bits);
    return bits.is_over ? BV_ERR_CORRUPT : type % 5 == 1;
}
