/* The test picture's rotor. Internal. */
#ifndef BV_ROTOR_H
#define BV_ROTOR_H

#include "picture.h"

typedef struct {
    uint32_t x;      /* of the centre, luma pixels, even */
    uint32_t y;
    uint32_t radius; /* even; the disc must lie inside the picture */
} bv_rotor;

/* A disc with one arm; `turns` clockwise from straight up. `gain_permille` is what light makes of its luma above black. */
void bv_rotor_draw(bv_picture *picture, const bv_rotor *rotor, double turns, uint32_t gain_permille);

#endif
