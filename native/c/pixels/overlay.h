/* Time and text burned into the picture. Internal. */
#ifndef BV_OVERLAY_H
#define BV_OVERLAY_H

#include <time.h>

#include "../../include/shim.h"
#include "picture.h"

/* Room for the time, NUL included. */
#define BV_OVERLAY_TIME_BYTES 256u
/* Characters of time, a space and text. */
#define BV_OVERLAY_CHARACTERS (BV_OVERLAY_TIME_BYTES + 512u)

/* Zeroed at the start; emptied with bv_overlay_free. */
typedef struct {
    bv_stage stage;          /* its overlay members count */
    time_t second;           /* that `characters` tells */
    int is_stale;            /* the stage is newer than `characters` */
    uint32_t characters[BV_OVERLAY_CHARACTERS];
    uint32_t time_count;     /* the first of them are the time */
    uint32_t count;
    uint32_t room_width;     /* that the mask was made for */
    uint32_t room_height;
    uint8_t *mask;           /* width × height: 255 where a glyph is */
    size_t capacity;
    uint32_t width;          /* of the box, even; 0: nothing is to be shown */
    uint32_t height;
    uint32_t margin;         /* to the edges, even */
} bv_overlay;

void bv_overlay_configure(bv_overlay *overlay, const bv_stage *stage);
void bv_overlay_free(bv_overlay *overlay);
/*
 * Draws at `now` on `picture` between its first `top` and last `bottom` rows, which are left alone. The text is made anew only
 * when it or the picture's size changes. 0 or -ENOMEM.
 */
int bv_overlay_draw(bv_overlay *overlay, bv_picture *picture, uint32_t top, uint32_t bottom, time_t now);

#endif
