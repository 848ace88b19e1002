/* A camera that codes H.264 itself: its stream is handed on where that is possible, and decoded for everything else. Internal. */
#ifndef BV_CAMERA_STREAM_H
#define BV_CAMERA_STREAM_H

#include "../encode/encoder.h"
#include "../encode/h264-decoder.h"
#include "../encode/h264-syntax.h"
#include "source.h"

#define BV_MAX_PARAMETER_SET 1024u /* bytes; real ones have a few dozen */

typedef struct {
    uint8_t bytes[BV_MAX_PARAMETER_SET];
    uint32_t size; /* 0: none came yet */
} bv_parameter_set;

/* Zeroed at the start; emptied with bv_camera_stream_close. */
typedef struct {
    bv_parameter_set sps;
    bv_parameter_set pps;
    bv_sps shape;          /* of `sps` */
    int has_b;             /* B slices were seen: pictures come out of order, which live viewers do not take */
    int is_passing;        /* the main stream is the camera's own; begins at an IDR */
    int is_decodable;      /* nothing is missing since the last IDR */
    bv_h264_decoder *decoder;
    uint8_t *unit;         /* an IDR that parameter sets were put in front of */
    uint32_t capacity;
} bv_camera_stream;

void bv_camera_stream_close(bv_camera_stream *stream);
/* Pictures are missing: nothing can be handed on or decoded before the next IDR. */
void bv_camera_stream_interrupt(bv_camera_stream *stream);
/*
 * Examines an access unit. `main` is the stream that it might be handed on as, NULL if it may not. `out` becomes the unit, IDRs
 * with parameter sets, valid until the next call or the raw picture's release. Returns 1: hand it on; 0: do not; BV_ERR_CORRUPT, -ENOMEM.
 */
int bv_camera_stream_examine(bv_camera_stream *stream, const bv_raw_picture *raw, const bv_stream_config *main, bv_coded *out);
/* Decodes what examine made of the unit. 1: `out` views the picture until the next call; 0: none; BV_ERR_CORRUPT: none before the next IDR. */
int bv_camera_stream_decode(bv_camera_stream *stream, const bv_coded *coded, bv_picture *out);

#endif
