/* Orders from the host to the pipeline's thread. Internal. */
#ifndef BV_MAILBOX_H
#define BV_MAILBOX_H

#include <pthread.h>

#include "../../include/shim.h"
#include "../pixels/inset.h"

#define BV_MAX_STILLS 8u /* ordered and not delivered */

typedef struct {
    uint32_t ticket;
    uint32_t stream;
    uint32_t quality;
} bv_still_order;

/* What is to be done; newer orders of a kind replace older ones, stills queue. */
typedef struct {
    int stop;
    int has_source;
    bv_source_config source;
    uint32_t generation;
    uint32_t stream_mask; /* 1 << stream: `streams[stream]` is new */
    bv_stream_config streams[BV_STREAM_COUNT];
    uint32_t key_mask;
    int has_stage;
    bv_stage stage;
    int has_scene;
    bv_scene scene;
    int has_motion;
    bv_motion motion;
    int has_inset;
    bv_inset inset; /* with its reference, which whoever takes the orders takes too */
    uint32_t still_count;
    bv_still_order stills[BV_MAX_STILLS];
} bv_orders;

typedef struct {
    pthread_mutex_t lock;
    int wake_fd; /* readable while orders wait */
    bv_orders waiting;
    uint32_t generation;
    uint32_t last_ticket;
    uint32_t stills_open; /* ordered and not delivered */
    int has_picture;      /* something other than the slate can be shown */
} bv_mailbox;

/* 0 or -errno; ended with bv_mailbox_close. */
int bv_mailbox_open(bv_mailbox *mailbox);
void bv_mailbox_close(bv_mailbox *mailbox);

/* The host's side. */
void bv_mailbox_stop(bv_mailbox *mailbox);
int bv_mailbox_set_source(bv_mailbox *mailbox, const bv_source_config *source); /* the generation */
void bv_mailbox_configure(bv_mailbox *mailbox, uint32_t stream, const bv_stream_config *config);
void bv_mailbox_set_stage(bv_mailbox *mailbox, const bv_stage *stage);
void bv_mailbox_set_scene(bv_mailbox *mailbox, const bv_scene *scene);
void bv_mailbox_set_motion(bv_mailbox *mailbox, const bv_motion *motion);
void bv_mailbox_set_inset(bv_mailbox *mailbox, const bv_inset *inset); /* takes its reference over */
void bv_mailbox_request_keyframe(bv_mailbox *mailbox, uint32_t stream);
int bv_mailbox_request_still(bv_mailbox *mailbox, uint32_t stream, uint32_t quality); /* the ticket, -ENODEV, -EBUSY */

/* The thread's side. */
void bv_mailbox_take(bv_mailbox *mailbox, bv_orders *out);
void bv_mailbox_still_delivered(bv_mailbox *mailbox);
void bv_mailbox_set_has_picture(bv_mailbox *mailbox, int has_picture);

#endif
