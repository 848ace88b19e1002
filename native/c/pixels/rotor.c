#include "rotor.h"

#include <math.h>
#include <string.h>

#include "light.h"

/* The arm, in parts of the radius. */
#define ARM_BEGIN (-0.2f)
#define ARM_END 0.9f
#define ARM_HALF_WIDTH 0.14f
/* Steeper than this an edge counts as level. */
#define LEVEL 1e-4f

static const uint8_t disc_colour[3] = {70, 128, 128};
static const uint8_t arm_colour[3] = {170, 48, 190};

/* Part of a row, relative to the centre. */
typedef struct {
    float left;
    float right;
} span;

/* Cuts the span down to where low <= slope * x + start <= high. */
static void cut(span *span, float slope, float start, float low, float high)
{
    if (fabsf(slope) < LEVEL) {
        if (start < low || start > high)
            span->right = span->left - 1;
        return;
    }
    const float a = (low - start) / slope, b = (high - start) / slope;
    span->left = fmaxf(span->left, fminf(a, b));
    span->right = fminf(span->right, fmaxf(a, b));
}

/* Sets the samples whose middles lie in the span. */
static void fill(uint8_t *centre, span span, uint8_t value)
{
    const int left = (int)ceilf(span.left - 0.5f), right = (int)floorf(span.right - 0.5f);
    if (left <= right)
        memset(centre + left, value, (size_t)(right - left + 1));
}

void bv_rotor_draw(bv_picture *picture, const bv_rotor *rotor, double turns, uint32_t gain_permille)
{
    const double angle = turns * 2.0 * M_PI;
    const float right = (float)sin(angle), down = (float)-cos(angle); /* where the arm points */

    for (int plane = 0; plane < 3; plane++) {
        const uint32_t shift = plane == 0 ? 0 : 1;
        const int radius = (int)(rotor->radius >> shift);
        const float reach = (float)radius;
        const uint8_t disc = plane == 0 ? bv_lit(disc_colour[0], gain_permille) : disc_colour[plane];
        const uint8_t arm = plane == 0 ? bv_lit(arm_colour[0], gain_permille) : arm_colour[plane];
        for (int row = -radius; row < radius; row++) {
            const float y = (float)row + 0.5f;
            const float half = sqrtf(reach * reach - y * y);
            uint8_t *centre = picture->plane[plane] + (size_t)((int)(rotor->y >> shift) + row) * picture->stride[plane] + (rotor->x >> shift);
            span inside = {-half, half};
            fill(centre, inside, disc);
            cut(&inside, right, y * down, ARM_BEGIN * reach, ARM_END * reach);
            cut(&inside, -down, y * right, -ARM_HALF_WIDTH * reach, ARM_HALF_WIDTH * reach);
            fill(centre, inside, arm);
        }
    }
}
