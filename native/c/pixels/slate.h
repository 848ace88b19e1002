/* The "camera offline" picture. Internal. */
#ifndef BV_SLATE_H
#define BV_SLATE_H

#include "picture.h"

#define BV_SLATE_TEXT_BYTES 64u

typedef struct {
    bv_picture picture;
    char text[BV_SLATE_TEXT_BYTES];
} bv_slate;

/* Draws the slate at this size with the clock on it; `text` empty means CAMERA OFFLINE. 0 or -ENOMEM. */
int bv_slate_draw(bv_slate *slate, uint32_t width, uint32_t height, const char *text, uint64_t unix_ms);
void bv_slate_free(bv_slate *slate);

#endif
