/* One stream: chooses pictures by rate, scales, encodes, puts the result in the ring. Internal. */
#ifndef BV_OUTPUT_H
#define BV_OUTPUT_H

#include "../encode/encoder.h"
#include "../pixels/picture.h"
#include "pace.h"
#include "ring.h"

typedef struct {
    uint32_t stream;             /* BV_STREAM_MAIN or BV_STREAM_SUB */
    bv_stream_config config;
    bv_encoder *encoder;         /* NULL until a picture comes, and after failures */
    bv_encoder_config encoding;  /* what the encoder was last told */
    bv_picture scaled;
    bv_pacer pacer;
    uint64_t last_capture_us;
    uint64_t retry_us;           /* after a failure: not before this time */
    uint32_t sequence;
    int key_wanted;
    int error;                   /* of the encoder, 0 = fine */
    uint64_t encoded;
    uint64_t encoded_bytes;
    uint64_t encode_us;          /* thread time */
} bv_output;

/* A picture on its way to both streams. */
typedef struct {
    const bv_picture *picture;
    uint64_t capture_us;
    uint32_t flags;             /* BV_FRAME_* */
    uint32_t source_millihertz; /* rate at which such pictures come, 0 = unknown */
} bv_moment;

/* Thread CPU time, microseconds. */
uint64_t bv_thread_us(void);

void bv_output_configure(bv_output *output, const bv_stream_config *config);
/* Encodes the picture for this stream, if it is enabled and the rate has room for it. Returns the mask that bv_ring_push does. */
uint32_t bv_output_encode(bv_output *output, bv_ring *ring, const bv_moment *moment);
/* Puts an access unit in the ring that was coded elsewhere or here; width and height are those of its pictures. */
uint32_t bv_output_push(bv_output *output, bv_ring *ring, const bv_coded *coded, const bv_moment *moment, uint64_t begin_us);
/* Forgets the encoder: the next picture begins with an IDR of a new one. */
void bv_output_drop_encoder(bv_output *output);
void bv_output_close(bv_output *output);

#endif
