/* H.264 → pictures, for cameras that code themselves. Internal. */
#ifndef BV_H264_DECODER_H
#define BV_H264_DECODER_H

#include "../pixels/picture.h"

typedef struct bv_h264_decoder bv_h264_decoder;

/* 0, BV_ERR_ENCODER or -ENOMEM. */
int bv_h264_decoder_open(bv_h264_decoder **out);
void bv_h264_decoder_close(bv_h264_decoder *decoder);
/* Decodes one access unit. 1: `out` views the picture, valid until the next call; 0: none came out; BV_ERR_CORRUPT: start again at an IDR. */
int bv_h264_decoder_decode(bv_h264_decoder *decoder, const uint8_t *data, uint32_t size, bv_picture *out);

#endif
