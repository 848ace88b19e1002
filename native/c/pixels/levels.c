/* Straight lines instead of tables: they take the compiler's vectors, and a table costs a load a sample. */
#include "levels.h"

#include <string.h>

#define SHIFT 6 /* gains and offsets are in 64ths: all fits in 16 bits */
#define ONE (1 << SHIFT)
#define HALF (ONE / 2)
#define PERCENT 100
#define MIDDLE_LUMA 126
#define GREY_CHROMA 128
#define BRIGHTNESS_STEPS 110 /* at full brightness: black becomes middle grey */
#define LESS_CONTRAST 48     /* at no contrast a quarter of it is left, so that there is something to see */

bv_levels bv_levels_of(int32_t brightness, int32_t contrast, int32_t saturation)
{
    const int32_t luma = ONE + contrast * (contrast < 0 ? LESS_CONTRAST : ONE) / PERCENT;
    const int32_t chroma = ONE + saturation * ONE / PERCENT;

    return (bv_levels){
        .luma_gain = (int16_t)luma,
        .luma_offset = (int16_t)(MIDDLE_LUMA * (ONE - luma) + brightness * BRIGHTNESS_STEPS * ONE / PERCENT + HALF),
        .chroma_gain = (int16_t)chroma,
        .chroma_offset = (int16_t)(GREY_CHROMA * (ONE - chroma) + HALF),
    };
}

/* `out` may be `in`: without the pragma the compiler would take the slow loop then. */
static void apply_row(const uint8_t *in, uint8_t *out, uint32_t count, int16_t gain, int16_t offset, int16_t highest)
{
#pragma GCC ivdep
    for (uint32_t x = 0; x < count; x++) {
        int16_t value = (int16_t)((int16_t)(in[x] * gain + offset) >> SHIFT);
        value = value < 16 ? 16 : value;
        out[x] = (uint8_t)(value > highest ? highest : value);
    }
}

static void apply_plane(const bv_picture *in, bv_picture *out, int plane, int16_t gain, int16_t offset)
{
    const uint32_t width = plane == 0 ? in->width : bv_half(in->width);
    const uint32_t height = plane == 0 ? in->height : bv_half(in->height);
    const int is_neutral = gain == ONE && offset == HALF;

    if (is_neutral && in->plane[plane] == out->plane[plane])
        return;
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *from = in->plane[plane] + (size_t)y * in->stride[plane];
        uint8_t *to = out->plane[plane] + (size_t)y * out->stride[plane];
        if (is_neutral)
            memcpy(to, from, width);
        else
            apply_row(from, to, width, gain, offset, plane == 0 ? 235 : 240);
    }
}

void bv_levels_apply(const bv_levels *levels, const bv_picture *in, bv_picture *out)
{
    apply_plane(in, out, 0, levels->luma_gain, levels->luma_offset);
    for (int i = 1; i < 3; i++)
        apply_plane(in, out, i, levels->chroma_gain, levels->chroma_offset);
}
