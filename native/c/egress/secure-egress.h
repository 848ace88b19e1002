/* The secure egress: a table of viewers (secure-egress.c) and what sends to them (secure-send.c). Internal. */
#ifndef BV_SECURE_EGRESS_INTERNAL_H
#define BV_SECURE_EGRESS_INTERNAL_H

#include "secure-viewer.h"

struct bv_secure_egress {
    bv_viewer *viewers[BV_MAX_SECURE_VIEWERS];
    uint32_t viewer_limit;  /* none has this id or a higher one */
    bv_history history;
    bv_batch *batch;
    bv_egress_frame frame;
    bv_protected datagrams; /* of one viewer, to be sent */
    uint64_t (*clock_us)(void); /* bv_clock_us; tests have their own */
};

/* NULL for an id that nobody has. */
bv_viewer *bv_secure_find(const bv_secure_egress *egress, uint32_t id);

#endif
