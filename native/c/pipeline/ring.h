/*
 * Encoded access units on their way from the pipeline's thread to the host: one arena, frames contiguous in it, released in any
 * order. When there is no room the oldest unread frames go, and with them all that cannot be decoded without them. Internal.
 */
#ifndef BV_RING_H
#define BV_RING_H

#include "../../include/shim.h"

typedef struct bv_ring bv_ring;

/* 0 or -ENOMEM; ended with bv_ring_close. `doorbell` is called from the pushing thread. */
int bv_ring_open(bv_doorbell doorbell, bv_ring **out);
void bv_ring_close(bv_ring *ring);
const uint8_t *bv_ring_arena(const bv_ring *ring);

/*
 * Copies `data` (frame->size bytes) into the arena and queues the frame; data, arena_offset, slot, ready_us and the discontinuity
 * flag are filled in here. Rings. Returns a mask of the streams (1 << BV_STREAM_*) that go on only at an IDR, which the caller must make.
 */
uint32_t bv_ring_push(bv_ring *ring, const bv_frame *frame, const uint8_t *data);
/* A frame of the stream was lost before it came here: deltas are withheld until its next IDR. */
void bv_ring_break(bv_ring *ring, uint32_t stream);
/* Writes how many frames were lost so far, by stream. */
void bv_ring_dropped(bv_ring *ring, uint64_t dropped[BV_STREAM_COUNT]);
/* Wakes the host unless it has been woken and has not acknowledged yet. */
void bv_ring_ring(bv_ring *ring);

/* The host's side. */
void bv_ring_acknowledge(bv_ring *ring);
int bv_ring_next(bv_ring *ring, bv_frame *out);
void bv_ring_release(bv_ring *ring, uint32_t slot);

#endif
