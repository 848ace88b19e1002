#include "inset.h"

#include <string.h>

#include "step.h"

/* The inset takes at most one part in this of the picture's width and of its height. */
#define BOX_SHARE 4u

/* Light, so that a dark inset stands out from a dark picture; not white, so that it does not dazzle. */
static const uint8_t frame_colour[3] = {200, 128, 128};

/* x and y are even. */
static void copy(const bv_picture *in, bv_picture *out, uint32_t x, uint32_t y)
{
    for (int i = 0; i < 3; i++) {
        const uint32_t shift = i == 0 ? 0 : 1;
        for (uint32_t row = 0; row < in->height >> shift; row++)
            memcpy(out->plane[i] + (size_t)((y >> shift) + row) * out->stride[i] + (x >> shift),
                   in->plane[i] + (size_t)row * in->stride[i], in->width >> shift);
    }
}

/* Around a rectangle; all is even. */
static void draw_frame(bv_picture *picture, uint32_t x, uint32_t y, bv_box size, uint32_t thickness)
{
    const uint32_t width = size.width + 2 * thickness;

    bv_picture_fill(picture, x - thickness, y - thickness, width, thickness, frame_colour);
    bv_picture_fill(picture, x - thickness, y + size.height, width, thickness, frame_colour);
    bv_picture_fill(picture, x - thickness, y, thickness, size.height, frame_colour);
    bv_picture_fill(picture, x + size.width, y, thickness, size.height, frame_colour);
}

void bv_inset_draw(const bv_inset *inset, bv_picture *picture, uint32_t top, uint32_t bottom)
{
    const uint32_t step = bv_step_of(picture);
    const uint32_t thickness = (step + 1) & ~1u;
    const uint32_t border = BV_EDGE_MARGIN * step + thickness;
    const bv_box box = {picture->width / BOX_SHARE & ~1u, picture->height / BOX_SHARE & ~1u};
    const bv_picture *small = bv_miniature_enter(inset->miniature, box, bv_clock_us());

    if (small == NULL)
        return;
    const bv_box size = {small->width, small->height};
    const int is_right = (inset->corner & BV_OVERLAY_RIGHT) != 0, is_bottom = (inset->corner & BV_OVERLAY_BOTTOM) != 0;
    const int has_room = size.width + 2 * border <= picture->width && size.height + 2 * border + top + bottom <= picture->height;
    const uint32_t x = (is_right ? picture->width - size.width - border : border) & ~1u;
    const uint32_t y = (is_bottom ? picture->height - bottom - size.height - border : top + border) & ~1u;
    if (has_room)
        copy(small, picture, x, y);
    bv_miniature_leave(inset->miniature);
    if (has_room)
        draw_frame(picture, x, y, size, thickness);
}
