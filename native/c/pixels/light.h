/* What a light makes of the test picture. Internal. */
#ifndef BV_LIGHT_H
#define BV_LIGHT_H

#include <stdint.h>

#define BV_DARK_PERMILLE 1000u /* gain without light */

/* Luma above black times the gain, clipped at white. */
static inline uint8_t bv_lit(uint8_t luma, uint32_t gain_permille)
{
    const uint32_t lit = 16u + (luma - 16u) * gain_permille / BV_DARK_PERMILLE;
    return (uint8_t)(lit > 235u ? 235u : lit);
}

#endif
