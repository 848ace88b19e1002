/* The pipeline's thread. Internal. */
#ifndef BV_WORKER_H
#define BV_WORKER_H

#include "../pixels/slate.h"
#include "mailbox.h"
#include "output.h"
#include "ring.h"
#include "source.h"

typedef struct {
    bv_mailbox mailbox;
    bv_ring *ring;
    pthread_mutex_t status_lock;
    bv_pipeline_status published; /* under status_lock; all below is the thread's alone */

    bv_pipeline_status status;
    bv_source_config source_config;
    bv_source *source;            /* NULL: none or lost */
    uint64_t quiet_since_us;      /* the last picture, or the opening */
    bv_raw_picture held;          /* the source's own picture that `newest` shows */
    int is_holding;
    bv_picture store;             /* pictures that had to be unpacked or decoded */
    bv_picture view;              /* of `held` */
    const bv_picture *newest;     /* what a still shows; NULL: only the slate */
    bv_rate_meter meter;
    bv_slate slate;
    int shows_slate;
    uint64_t next_slate_us;
    uint32_t range;               /* full_range of the last picture: the slate keeps it, so that encoders need not change */
    bv_output outputs[BV_STREAM_COUNT];
} bv_worker;

/* Runs until ordered to stop. `argument` is a bv_worker whose mailbox holds the first source. */
void *bv_worker_run(void *argument);

#endif
