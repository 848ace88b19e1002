/* JPEG stills through the ring. Internal. */
#ifndef BV_STILL_H
#define BV_STILL_H

#include "../pixels/picture.h"
#include "mailbox.h"
#include "ring.h"

/* Encodes `picture` at the stream's size and puts it in the ring; a frame of size 0 when there is no picture or it fails. */
void bv_still_deliver(bv_ring *ring, const bv_picture *picture, uint64_t capture_us, const bv_still_order *order,
                      const bv_stream_config *size);

#endif
