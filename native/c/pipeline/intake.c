/* What becomes of a picture that the source delivers. */
#include <linux/videodev2.h>

#include "../pixels/jpeg.h"
#include "../pixels/range.h"
#include "../pixels/unpack.h"
#include "worker.h"

/* Between two requests for an IDR to a camera that codes itself: it needs some frames to answer. */
#define ASK_AGAIN_US 500000u
/* A camera that goes on coding after a lost picture is not silent until its next keyframe: the usual distance, and as much again. */
#define KEYFRAME_PATIENCE_US 4000000u
/* Between two looks at how bright the picture is. */
#define WEIGH_EVERY_US 500000u
/* A source keeps its promise when it is off by less than one part in this. */
#define PROMISE_TOLERANCE 10u

static uint64_t capture_time(const bv_raw_picture *raw)
{
    const uint64_t now_us = bv_clock_us();
    return raw->capture_us == 0 || raw->capture_us > now_us ? now_us : raw->capture_us;
}

/* What the driver promises, unless the source does something else; exact promises make exact rhythms. */
static uint32_t source_rate(const bv_worker *worker)
{
    const uint32_t promised = worker->source->fps_millihertz;
    const uint32_t measured = worker->meter.fps_millihertz;
    const uint32_t difference = promised > measured ? promised - measured : measured - promised;
    return measured == 0 || difference < promised / PROMISE_TOLERANCE ? promised : measured;
}

/* A good picture is there: the slate ends. */
static void begin_running(bv_worker *worker)
{
    worker->quiet_since_us = worker->shown_us = bv_clock_us();
    worker->shows_slate = 0;
    bv_worker_set_state(worker, BV_STATE_RUNNING, 0);
}

/* A picture came that cannot be decoded before the next keyframe: viewers keep what they see. */
static void wait_for_key(bv_worker *worker)
{
    const uint64_t now_us = bv_clock_us();

    if (worker->status.source_state == BV_STATE_RUNNING && now_us - worker->shown_us < KEYFRAME_PATIENCE_US)
        worker->quiet_since_us = now_us;
}

const bv_stream_config *bv_worker_canvas(const bv_worker *worker)
{
    const bv_stream_config *main = &worker->outputs[BV_STREAM_MAIN].config, *sub = &worker->outputs[BV_STREAM_SUB].config;
    return main->enabled || !sub->enabled ? main : sub;
}

void bv_worker_offer(bv_worker *worker, const bv_picture *picture, uint64_t capture_us)
{
    const bv_stream_config *canvas = bv_worker_canvas(worker);
    bv_miniature_offer(worker->miniature, picture, (bv_box){canvas->width, canvas->height}, capture_us);
}

/* 0 or -ENOMEM. */
static int stage(bv_worker *worker, const bv_picture *picture, const bv_picture **staged)
{
    bv_stager *stager = &worker->stager;
    const int is_marked = worker->source->verbs->mark != NULL;
    const int has_inset = stager->inset.miniature != NULL;
    const int is_drawn_on = stager->stage.overlay_enabled || is_marked || has_inset;
    const bv_stream_config *canvas = bv_worker_canvas(worker);
    uint32_t top = 0, bottom = 0;
    bv_picture *out;
    int result = bv_stager_apply(stager, picture, is_drawn_on ? canvas->width : 0, is_drawn_on ? canvas->height : 0, &out);

    if (result < 0)
        return result;
    if (is_marked)
        worker->source->verbs->mark(worker->source, out, &top, &bottom);
    if (has_inset)
        bv_inset_draw(&stager->inset, out, top, bottom);
    if (stager->stage.overlay_enabled)
        result = bv_overlay_draw(&stager->overlay, out, top, bottom, time(NULL));
    *staged = out;
    return result;
}

static void watch_motion(bv_worker *worker, const bv_picture *picture, uint64_t capture_us)
{
    const int32_t changed = bv_motion_look(&worker->motion, picture, capture_us);

    if (changed >= 0 && (uint32_t)changed >= worker->motion.config.permille)
        worker->status.motion_us = capture_us;
}

static void weigh_light(bv_worker *worker, const bv_picture *picture, uint64_t capture_us)
{
    if (capture_us - worker->weighed_us < WEIGH_EVERY_US)
        return;
    worker->weighed_us = capture_us;
    worker->status.mean_luma = bv_mean_luma(picture);
}

/* 0 or -ENOMEM: then nothing is shown. */
static int show(bv_worker *worker, const bv_picture *picture, bv_moment *moment, uint32_t first_stream)
{
    watch_motion(worker, picture, moment->capture_us);
    weigh_light(worker, picture, moment->capture_us);
    if (worker->stager.is_active) {
        const int result = stage(worker, picture, &picture);
        if (result < 0) {
            bv_worker_set_newest(worker, NULL, 0);
            return result;
        }
    }
    bv_worker_set_newest(worker, picture, moment->capture_us);
    if (!worker->stager.is_active)
        bv_stager_rest(&worker->stager);
    moment->picture = picture;
    begin_running(worker);
    bv_worker_encode(worker, moment, first_stream);
    bv_worker_offer(worker, picture, moment->capture_us);
    return 0;
}

/* Uncompressed and JPEG. The source's own memory is kept only where it is shown as it is. Everything is shown in limited range. */
static int take_plain(bv_worker *worker, const bv_raw_picture *raw, bv_moment *moment)
{
    bv_picture *store = &worker->store[worker->next_store];
    bv_picture view;
    const bv_picture *picture = store;
    int result;

    if (raw->fourcc == V4L2_PIX_FMT_MJPEG || raw->fourcc == V4L2_PIX_FMT_JPEG)
        result = bv_jpeg_decode(raw->plane[0], raw->size, store);
    else
        result = bv_unpack(raw, store, &view, &picture);
    if (result == 0 && picture->full_range) {
        result = bv_limit_range(picture, store);
        picture = store;
    }
    if (result < 0 || picture == store)
        worker->source->verbs->release(worker->source, raw);
    if (result < 0)
        return result;
    bv_worker_release_held(worker);
    if (picture == &view) {
        worker->view = view;
        worker->held = *raw;
        worker->is_holding = 1;
        picture = &worker->view;
    } else {
        worker->next_store = 1 - worker->next_store;
    }
    return show(worker, picture, moment, BV_STREAM_MAIN);
}

/* Hands the camera's own access unit on as the main stream. */
static void pass_on(bv_worker *worker, const bv_coded *coded, const bv_moment *moment)
{
    bv_output *main = &worker->outputs[BV_STREAM_MAIN];
    bv_moment passed = *moment;

    passed.flags |= BV_FRAME_PASSTHROUGH;
    bv_output_drop_encoder(main);
    if (coded->key)
        main->key_wanted = 0;
    begin_running(worker);
    const uint32_t need_key = bv_output_push(main, worker->ring, coded, &passed, moment->capture_us);
    if (need_key & 1u << BV_STREAM_MAIN)
        main->key_wanted = 1;
    if (need_key & 1u << BV_STREAM_SUB)
        worker->outputs[BV_STREAM_SUB].key_wanted = 1;
}

static void ask_for_key(bv_worker *worker)
{
    const uint64_t now_us = bv_clock_us();

    if (now_us - worker->key_asked_us < ASK_AGAIN_US || !worker->source->can_force_keyframe)
        return;
    worker->key_asked_us = now_us;
    (void)worker->source->verbs->force_keyframe(worker->source);
}

/* The picture in worker->view, which is the decoder's. 1 or a negative error. */
static int show_decoded(bv_worker *worker, bv_moment *moment, uint32_t first_stream)
{
    const bv_picture *picture = &worker->view;

    if (picture->full_range) {
        bv_picture *store = &worker->store[worker->next_store];
        const int result = bv_limit_range(picture, store);
        if (result < 0)
            return result;
        worker->next_store = 1 - worker->next_store;
        picture = store;
    }
    const int result = show(worker, picture, moment, first_stream);
    return result < 0 ? result : 1;
}

static int take_h264(bv_worker *worker, const bv_raw_picture *raw, bv_moment *moment)
{
    bv_camera_stream *camera = &worker->camera;
    const int may_pass = worker->source_config.allow_passthrough && !worker->stager.is_active;
    const bv_stream_config *main = may_pass ? &worker->outputs[BV_STREAM_MAIN].config : NULL;
    const int was_passing = camera->is_passing;
    bv_coded coded = {0};
    const int passes = bv_camera_stream_examine(camera, raw, main, &coded);
    int result = passes;

    if (passes == 1)
        pass_on(worker, &coded, moment);
    if (passes >= 0)
        result = bv_camera_stream_decode(camera, &coded, &worker->view);
    if (result != 1 && worker->newest != NULL && worker->newest->memory == NULL)
        bv_worker_set_newest(worker, NULL, 0); /* the decoder may have given that memory away */
    if (was_passing && !camera->is_passing)
        worker->outputs[BV_STREAM_MAIN].key_wanted = 1;
    if (result == 1)
        result = show_decoded(worker, moment, camera->is_passing ? BV_STREAM_SUB : BV_STREAM_MAIN);
    if (passes == 0 && result == 0 && !camera->is_decodable)
        wait_for_key(worker);
    if (!camera->is_decodable || (camera->is_passing && worker->outputs[BV_STREAM_MAIN].key_wanted))
        ask_for_key(worker);
    worker->source->verbs->release(worker->source, raw);
    return result;
}

void bv_worker_take(bv_worker *worker, const bv_raw_picture *raw)
{
    bv_moment moment = {.capture_us = capture_time(raw)};

    worker->status.captured++;
    bv_rate_meter_count(&worker->meter, moment.capture_us);
    moment.source_millihertz = source_rate(worker);
    if ((raw->fourcc == V4L2_PIX_FMT_H264 ? take_h264(worker, raw, &moment) : take_plain(worker, raw, &moment)) < 0)
        worker->status.corrupt++;
}
