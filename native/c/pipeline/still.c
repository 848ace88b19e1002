#include "still.h"

#include <stdlib.h>

#include "../pixels/jpeg.h"
#include "../pixels/scale.h"

static int make(const bv_picture *picture, const bv_still_order *order, const bv_stream_config *size, uint8_t *out)
{
    bv_picture scaled = {0};
    int result;

    if (picture->width == size->width && picture->height == size->height)
        return bv_jpeg_encode(picture, order->quality, out, BV_MAX_ACCESS_UNIT);
    result = bv_picture_allocate(&scaled, size->width, size->height);
    if (result >= 0)
        result = bv_scale(picture, &scaled);
    if (result >= 0)
        result = bv_jpeg_encode(&scaled, order->quality, out, BV_MAX_ACCESS_UNIT);
    bv_picture_free(&scaled);
    return result;
}

void bv_still_deliver(bv_ring *ring, const bv_picture *picture, uint64_t capture_us, const bv_still_order *order,
                      const bv_stream_config *size)
{
    const uint64_t now_us = bv_clock_us();
    uint8_t *jpeg = picture == NULL ? NULL : malloc(BV_MAX_ACCESS_UNIT);
    const int bytes = jpeg == NULL ? 0 : make(picture, order, size, jpeg);
    const bv_frame frame = {.capture_us = picture == NULL ? now_us : capture_us,
                            .encode_begin_us = now_us,
                            .size = bytes > 0 ? (uint32_t)bytes : 0,
                            .stream = BV_STREAM_STILL,
                            .ticket = order->ticket,
                            .width = size->width,
                            .height = size->height};

    (void)bv_ring_push(ring, &frame, jpeg);
    free(jpeg);
}
