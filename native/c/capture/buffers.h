/* The driver's buffers, mapped: ask, queue, dequeue, give back. Internal. */
#ifndef BV_BUFFERS_H
#define BV_BUFFERS_H

#include <stddef.h>

#include "ioctl.h"
#include "pixel-format.h"

#define BV_MAX_BUFFERS 16u /* drivers may hand out more than asked for; no camera needs so many */

typedef struct {
    uint8_t *start[BV_MAX_PLANES];
    size_t size[BV_MAX_PLANES];
    bool queued; /* the driver has it */
} bv_buffer;

typedef struct {
    int fd;            /* the node's, borrowed */
    uint32_t type;
    uint32_t planes;   /* of memory, in one buffer */
    uint32_t count;
    bool streaming;
    bv_buffer buffer[BV_MAX_BUFFERS];
} bv_buffers;

/* A dequeued buffer. */
typedef struct {
    uint32_t index;
    uint32_t sequence;
    bool damaged;                 /* the driver says so, or its numbers make no sense */
    bool monotonic;               /* capture_us is CLOCK_MONOTONIC */
    uint64_t capture_us;
    uint32_t payload[BV_MAX_PLANES];
    const uint8_t *memory[BV_MAX_PLANES];
} bv_filled;

/* Asks for `wanted` buffers, maps and queues them and starts the stream. On failure everything is undone. */
int bv_buffers_start(bv_buffers *buffers, const bv_capture_node *node, uint32_t planes, uint32_t wanted);
/* Stops the stream, unmaps, frees; also after the device went away, also when never started. */
void bv_buffers_stop(bv_buffers *buffers);
/* -EAGAIN: nothing there; other errors: the stream is lost. */
int bv_buffers_take(bv_buffers *buffers, bv_filled *out);
/* Gives a taken buffer back to the driver. */
int bv_buffers_give(bv_buffers *buffers, uint32_t index);

#endif
