/* The inset on canvases of every size, whose planes end where their last sample is: where it lies, and that nothing else is touched. */
#include "../../../native/c/pixels/inset.h"

#include <string.h>

#include "../../../native/c/pixels/step.h"
#include "check.h"

#define GROUND 50u
#define SHOWN 120u
#define FRAME 200u
#define SCALING_LOSS 3
/* Shapes at most so long that a quarter of them keeps some width. */
#define MOST 400u

/* One grey; rows have no padding. */
static void exact_picture(bv_picture *picture, uint32_t width, uint32_t height, uint8_t grey)
{
    *picture = (bv_picture){.width = width, .height = height};
    for (int i = 0; i < 3; i++) {
        const size_t size = i == 0 ? (size_t)width * height : (size_t)bv_half(width) * bv_half(height);
        picture->stride[i] = i == 0 ? width : bv_half(width);
        picture->plane[i] = malloc(size);
        CHECK(picture->plane[i] != NULL);
        memset(picture->plane[i], grey, size);
    }
}

static void free_planes(bv_picture *picture)
{
    for (int i = 0; i < 3; i++)
        free(picture->plane[i]);
}

/* The rectangle of luma that is no longer the ground; all 0 when there is none. */
typedef struct {
    uint32_t left, top, right, bottom;
} extent;

static extent changed(const bv_picture *picture)
{
    extent found = {picture->width, picture->height, 0, 0};

    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 0; x < picture->width; x++) {
            if (picture->plane[0][(size_t)y * picture->stride[0] + x] == GROUND)
                continue;
            found.left = x < found.left ? x : found.left;
            found.top = y < found.top ? y : found.top;
            found.right = x + 1 > found.right ? x + 1 : found.right;
            found.bottom = y + 1;
        }
    return found.right == 0 ? (extent){0} : found;
}

/* The frame and what is inside it, in all planes. */
static void check_samples(const bv_picture *canvas, extent outer, uint32_t thickness)
{
    for (int plane = 0; plane < 3; plane++) {
        const uint32_t shift = plane > 0;
        for (uint32_t y = 0; y < canvas->height >> shift; y++)
            for (uint32_t x = 0; x < canvas->width >> shift; x++) {
                const uint32_t at_x = x << shift, at_y = y << shift;
                const int is_outside = at_x < outer.left || at_x >= outer.right || at_y < outer.top || at_y >= outer.bottom;
                const int is_inside = at_x >= outer.left + thickness && at_x < outer.right - thickness && at_y >= outer.top + thickness &&
                                      at_y < outer.bottom - thickness;
                const uint8_t wanted = is_outside ? GROUND : is_inside ? SHOWN : plane == 0 ? FRAME : 128;
                /* the scaler cuts fractions off */
                CHECK(abs(canvas->plane[plane][(size_t)y * canvas->stride[plane] + x] - wanted) <= (is_inside ? SCALING_LOSS : 0));
            }
    }
}

static void check_place(const bv_picture *canvas, uint32_t corner, bv_box shape, uint32_t top, uint32_t bottom)
{
    const uint32_t margin = BV_EDGE_MARGIN * bv_step_of(canvas), thickness = (bv_step_of(canvas) + 1) & ~1u;
    const extent outer = changed(canvas);
    const uint32_t width = outer.right - outer.left - 2 * thickness, height = outer.bottom - outer.top - 2 * thickness;

    if (outer.right == 0) {
        CHECK(canvas->height / 4 + 2 * (margin + thickness) + top + bottom > canvas->height || canvas->width / 4 + 2 * (margin + thickness) > canvas->width);
        return;
    }
    CHECK(width <= canvas->width / 4 && height <= canvas->height / 4 && width % 2 == 0 && height % 2 == 0);
    CHECK(width + 2 > canvas->width / 4 || height + 2 > canvas->height / 4);
    /* of the shape, but for rounding to even sizes */
    CHECK(abs((int)(width * shape.height) - (int)(height * shape.width)) <= (int)(shape.width > shape.height ? shape.width : shape.height) || width == 2 || height == 2);
    CHECK(corner & BV_OVERLAY_RIGHT ? canvas->width - outer.right >= margin && canvas->width - outer.right <= margin + 1 : outer.left == margin);
    CHECK(corner & BV_OVERLAY_BOTTOM ? canvas->height - bottom - outer.bottom <= margin + 1 && canvas->height - bottom - outer.bottom >= margin
                                     : outer.top >= top + margin - 1 && outer.top <= top + margin);
    check_samples(canvas, outer, thickness);
}

static void check_one(bv_miniature *miniature, uint32_t *random)
{
    const bv_inset inset = {bv_miniature_hold(miniature), random_next(random) % 4};
    const uint32_t top = random_next(random) % 40, bottom = random_next(random) % 40;
    const bv_box shape = {64 + random_next(random) % MOST, 64 + random_next(random) % MOST};
    bv_picture canvas, shown;

    exact_picture(&canvas, 64 + 2 * (random_next(random) % MOST), 64 + 2 * (random_next(random) % MOST), GROUND);
    exact_picture(&shown, 2 + random_next(random) % MOST, 2 + random_next(random) % MOST, SHOWN);
    bv_inset_draw(&inset, &canvas, top, bottom); /* says what is wanted; what is there may be of another size */
    for (int i = 0; i < 3; i++)
        memset(canvas.plane[i], GROUND, (size_t)canvas.stride[i] * (i == 0 ? canvas.height : canvas.height / 2));
    bv_miniature_offer(miniature, &shown, shape, bv_clock_us() - BV_MINIATURE_AGE_US - 1);
    bv_inset_draw(&inset, &canvas, top, bottom);
    CHECK(changed(&canvas).right == 0);
    bv_miniature_offer(miniature, &shown, shape, bv_clock_us());
    bv_inset_draw(&inset, &canvas, top, bottom);
    check_place(&canvas, inset.corner, shape, top, bottom);
    free_planes(&canvas);
    free_planes(&shown);
    bv_miniature_drop(inset.miniature);
}

/* Nothing is made for nobody, and what was made before somebody came is not shown to him. */
static void check_rest(bv_miniature *miniature)
{
    const bv_box box = {160, 90};
    bv_picture shown;

    exact_picture(&shown, 160, 90, SHOWN);
    bv_miniature_offer(miniature, &shown, box, bv_clock_us());
    bv_miniature *held = bv_miniature_hold(miniature);
    CHECK(bv_miniature_enter(held, box, bv_clock_us()) == NULL);
    bv_miniature_offer(miniature, &shown, box, bv_clock_us());
    CHECK(bv_miniature_enter(held, box, bv_clock_us()) != NULL);
    bv_miniature_leave(held);
    bv_miniature_end(miniature);
    CHECK(bv_miniature_enter(held, box, bv_clock_us()) == NULL);
    bv_miniature_drop(held);
    free_planes(&shown);
}

void check_inset(uint32_t seed, uint32_t rounds)
{
    bv_miniature *miniature;

    CHECK(bv_miniature_open(&miniature) == 0);
    for (uint32_t round = 0; round < rounds; round++)
        check_one(miniature, &seed);
    check_rest(miniature);
    bv_miniature_drop(miniature);
}
