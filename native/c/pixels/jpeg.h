/* JPEG in both directions, by libjpeg-turbo's raw interface. Internal. */
#ifndef BV_JPEG_H
#define BV_JPEG_H

#include "picture.h"

/*
 * Decodes one baseline JPEG (4:2:0, 4:2:2, 4:4:4, 4:4:0, 4:1:1 or grey; missing Huffman tables are the standard ones) into `out`,
 * which takes its size. 0; BV_ERR_CORRUPT when anything is damaged or out of bounds; -ENOMEM. `out` is undefined after a failure.
 */
int bv_jpeg_decode(const uint8_t *data, uint32_t size, bv_picture *out);
/* Encodes 4:2:0, converting to full range where necessary. Returns the bytes written; BV_ERR_ENCODER when `capacity` does not suffice. */
int bv_jpeg_encode(const bv_picture *picture, uint32_t quality, uint8_t *out, uint32_t capacity);

#endif
