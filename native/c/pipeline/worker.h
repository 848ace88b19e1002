/* The pipeline's thread. Internal. */
#ifndef BV_WORKER_H
#define BV_WORKER_H

#include "../pixels/motion.h"
#include "../pixels/slate.h"
#include "../pixels/stage.h"
#include "camera-stream.h"
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
    uint64_t quiet_since_us;      /* the last sign of life: a picture that was shown or that waits for a keyframe, or the opening */
    uint64_t shown_us;            /* the last picture that was shown */
    bv_raw_picture held;          /* the source's own picture that `newest` shows */
    int is_holding;
    bv_picture store[2];          /* pictures that had to be unpacked or decoded: the newest and the next */
    uint32_t next_store;
    bv_picture view;              /* of `held`, or of the decoder's memory */
    bv_camera_stream camera;      /* of a source that codes H.264 itself */
    uint64_t key_asked_us;        /* when the camera was last asked for an IDR */
    const bv_picture *newest;     /* what a still shows; NULL: only the slate */
    uint64_t newest_us;           /* when that was captured */
    bv_stager stager;
    bv_scene scene;               /* of test sources */
    bv_motion_watch motion;
    uint64_t weighed_us;          /* capture time of the picture that status.mean_luma is of */
    bv_rate_meter meter;
    bv_slate slate;
    bv_miniature *miniature;      /* what other pipelines are shown of this one */
    int shows_slate;
    uint64_t next_slate_us;
    bv_output outputs[BV_STREAM_COUNT];
} bv_worker;

/* Takes a picture from the source: decodes or unpacks it, hands it to both streams, releases it or keeps it as the newest. */
void bv_worker_take(bv_worker *worker, const bv_raw_picture *raw);
/* Encodes for the streams from `first` on: main first, on its way before the sub stream's pixels are touched. */
void bv_worker_encode(bv_worker *worker, const bv_moment *moment, uint32_t first);
/* The size that is drawn at: that of the larger stream, from which the other is made; the main stream's where neither is enabled. */
const bv_stream_config *bv_worker_canvas(const bv_worker *worker);
/* Encodes the slate and offers it, and says when the next is due; gives memory back instead where nobody looks. */
void bv_worker_show_slate(bv_worker *worker, uint64_t now_us);
/* Shows the picture to other pipelines, in the shape that it is encoded in. */
void bv_worker_offer(bv_worker *worker, const bv_picture *picture, uint64_t capture_us);
void bv_worker_set_state(bv_worker *worker, uint32_t state, int error);
/* NULL: there is only the slate. */
void bv_worker_set_newest(bv_worker *worker, const bv_picture *picture, uint64_t capture_us);
/* Gives back the source's picture that is shown as it is, if one is. */
void bv_worker_release_held(bv_worker *worker);

/* Runs until ordered to stop. `argument` is a bv_worker whose mailbox holds the first source. */
void *bv_worker_run(void *argument);

#endif
