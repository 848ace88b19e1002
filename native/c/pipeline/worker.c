#include "worker.h"

#include <poll.h>

#include "still.h"

#define SECOND_US 1000000u
#define USUAL_STALL_MS 800u
/* Frame periods without a picture that no source is called stalled for. */
#define USUAL_PERIODS 3u
/* A source that has just been opened is given this long before the slate is shown. */
#define OPENING_GRACE_US 200000u
/* Orders are also looked for after this time without any event. */
#define MAX_WAIT_US SECOND_US

void bv_worker_set_state(bv_worker *worker, uint32_t state, int error)
{
    if (worker->status.source_state != state || worker->status.source_error != error)
        bv_ring_ring(worker->ring);
    worker->status.source_state = state;
    worker->status.source_error = error;
}

void bv_worker_release_held(bv_worker *worker)
{
    if (worker->is_holding)
        worker->source->verbs->release(worker->source, &worker->held);
    worker->is_holding = 0;
}

void bv_worker_set_newest(bv_worker *worker, const bv_picture *picture, uint64_t capture_us)
{
    if ((worker->newest == NULL) != (picture == NULL))
        bv_mailbox_set_has_picture(&worker->mailbox, picture != NULL);
    worker->newest = picture;
    worker->newest_us = capture_us;
}

static void begin_slate(bv_worker *worker)
{
    if (!worker->shows_slate)
        worker->next_slate_us = bv_clock_us();
    worker->shows_slate = 1;
    worker->camera.is_passing = 0;
    bv_worker_set_newest(worker, NULL, 0);
}

static void close_source(bv_worker *worker)
{
    bv_worker_release_held(worker);
    bv_worker_set_newest(worker, NULL, 0);
    if (worker->source != NULL)
        worker->source->verbs->close(worker->source);
    worker->source = NULL;
    worker->meter = (bv_rate_meter){0};
    bv_motion_forget(&worker->motion);
    bv_camera_stream_close(&worker->camera);
}

static void lose_source(bv_worker *worker, int error)
{
    close_source(worker);
    begin_slate(worker);
    bv_worker_set_state(worker, BV_STATE_LOST, error);
}

static void publish(bv_worker *worker)
{
    bv_pipeline_status *status = &worker->status;

    status->pixel_us = bv_thread_us();
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++) {
        const bv_output *output = &worker->outputs[i];
        status->encoded[i] = output->encoded;
        status->encoded_bytes[i] = output->encoded_bytes;
        status->encode_us[i] = output->encode_us;
        status->stream_error[i] = output->error;
        status->pixel_us -= output->encode_us;
    }
    status->passthrough = worker->camera.is_passing != 0;
    status->can_force_keyframe = !worker->camera.is_passing || worker->source->can_force_keyframe;
    status->measured_fps_millihertz = worker->meter.fps_millihertz;
    bv_ring_dropped(worker->ring, status->dropped);
    pthread_mutex_lock(&worker->status_lock);
    worker->published = *status;
    pthread_mutex_unlock(&worker->status_lock);
}

/* The test source has a scene, and leaves its marks to the stage while that is active. */
static void set_scene(bv_worker *worker)
{
    bv_source *source = worker->source;

    if (source == NULL || source->verbs->set_scene == NULL)
        return;
    source->verbs->set_scene(source, &worker->scene);
    source->leaves_marks = worker->stager.is_active != 0;
}

static void open_source(bv_worker *worker, const bv_source_config *config, uint32_t generation)
{
    bv_pipeline_status *status = &worker->status;
    int result = 0;

    close_source(worker);
    worker->source_config = *config;
    status->source_generation = generation;
    status->source_fourcc = status->source_width = status->source_height = status->source_fps_millihertz = 0;
    bv_worker_set_state(worker, BV_STATE_OPENING, 0);
    publish(worker);
    if (config->kind == BV_SOURCE_TEST)
        result = bv_test_source_open(config, &worker->source);
    else if (config->kind == BV_SOURCE_V4L2)
        result = bv_v4l2_source_open(config, &worker->source);
    worker->quiet_since_us = bv_clock_us();
    if (worker->source == NULL) {
        lose_source(worker, result);
        return;
    }
    set_scene(worker);
    status->source_fourcc = worker->source->fourcc;
    status->source_width = worker->source->width;
    status->source_height = worker->source->height;
    status->source_fps_millihertz = worker->source->fps_millihertz;
}

static int obey(bv_worker *worker)
{
    bv_orders orders;

    bv_mailbox_take(&worker->mailbox, &orders);
    if (orders.stop) {
        bv_miniature_drop(orders.inset.miniature);
        return 0;
    }
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++) {
        if (orders.stream_mask & (1u << i))
            bv_output_configure(&worker->outputs[i], &orders.streams[i]);
        if (orders.key_mask & (1u << i))
            worker->outputs[i].key_wanted = 1;
    }
    for (uint32_t i = 0; i < orders.still_count; i++) {
        const bv_still_order *order = &orders.stills[i];
        bv_still_deliver(worker->ring, worker->newest, worker->newest_us, order, &worker->outputs[order->stream].config);
        bv_mailbox_still_delivered(&worker->mailbox);
    }
    if (orders.has_stage)
        bv_stager_configure(&worker->stager, &orders.stage);
    if (orders.has_inset)
        bv_stager_set_inset(&worker->stager, orders.inset.miniature, orders.inset.corner);
    if (orders.has_scene)
        worker->scene = orders.scene;
    if (orders.has_motion) {
        bv_motion_configure(&worker->motion, &orders.motion);
        worker->status.motion_us = 0;
    }
    if (orders.has_stage || orders.has_inset || orders.has_scene)
        set_scene(worker);
    if (orders.has_source)
        open_source(worker, &orders.source, orders.generation);
    return 1;
}

void bv_worker_encode(bv_worker *worker, const bv_moment *moment, uint32_t first)
{
    for (uint32_t i = first; i < BV_STREAM_COUNT; i++) {
        const uint32_t need_key = bv_output_encode(&worker->outputs[i], worker->ring, moment);
        for (uint32_t k = 0; k < BV_STREAM_COUNT; k++)
            if (need_key & (1u << k))
                worker->outputs[k].key_wanted = 1;
    }
}

/* The longest silence that is nothing unusual: a slow source is not a stalled one. 0 = unknown. */
static uint64_t usual_silence_us(const bv_worker *worker)
{
    uint32_t rate = worker->source == NULL ? 0 : worker->source->fps_millihertz;

    if (worker->meter.fps_millihertz != 0 && (rate == 0 || worker->meter.fps_millihertz < rate))
        rate = worker->meter.fps_millihertz;
    return rate == 0 ? 0 : USUAL_PERIODS * (uint64_t)SECOND_US * 1000u / rate;
}

/* When the running source's silence calls for the slate. */
static uint64_t stall_time(const bv_worker *worker)
{
    const uint32_t stall_ms = worker->source_config.stall_ms != 0 ? worker->source_config.stall_ms : USUAL_STALL_MS;
    const uint64_t usual_us = usual_silence_us(worker);

    if (worker->status.source_state == BV_STATE_OPENING)
        return worker->quiet_since_us + OPENING_GRACE_US;
    return worker->quiet_since_us + (usual_us > stall_ms * (uint64_t)1000 ? usual_us : stall_ms * (uint64_t)1000);
}

static int wait_ms(const bv_worker *worker, uint64_t now_us)
{
    const uint64_t due_us = worker->shows_slate ? worker->next_slate_us : stall_time(worker);
    uint64_t wait_us = due_us > now_us ? due_us - now_us : 0;
    if (wait_us > MAX_WAIT_US)
        wait_us = MAX_WAIT_US;
    return (int)((wait_us + 999) / 1000);
}

static void watch_silence(bv_worker *worker, uint64_t now_us)
{
    bv_rate_meter_idle(&worker->meter, now_us);
    if (worker->source != NULL && !worker->shows_slate && now_us >= stall_time(worker)) {
        begin_slate(worker);
        if (worker->status.source_state == BV_STATE_RUNNING)
            bv_worker_set_state(worker, BV_STATE_STALLED, BV_ERR_STALLED);
    }
    if (worker->shows_slate && now_us >= worker->next_slate_us)
        bv_worker_show_slate(worker, now_us);
}

static void wait_for_event(bv_worker *worker)
{
    const int timeout_ms = wait_ms(worker, bv_clock_us());
    bv_raw_picture raw;

    if (worker->source == NULL) {
        struct pollfd wake = {.fd = worker->mailbox.wake_fd, .events = POLLIN};
        (void)poll(&wake, 1, timeout_ms);
        return;
    }
    const uint64_t late = worker->status.late;
    const int result = worker->source->verbs->next(worker->source, timeout_ms, worker->mailbox.wake_fd, &raw, &worker->status.late);
    if (worker->status.late != late)
        bv_camera_stream_interrupt(&worker->camera);
    if (result == 1)
        bv_worker_take(worker, &raw);
    else if (result < 0)
        lose_source(worker, result);
}

void *bv_worker_run(void *argument)
{
    bv_worker *worker = argument;

    while (obey(worker)) {
        wait_for_event(worker);
        watch_silence(worker, bv_clock_us());
        publish(worker);
    }
    close_source(worker);
    bv_miniature_end(worker->miniature);
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++)
        bv_output_close(&worker->outputs[i]);
    bv_slate_free(&worker->slate);
    bv_stager_free(&worker->stager);
    for (uint32_t i = 0; i < 2; i++)
        bv_picture_free(&worker->store[i]);
    return NULL;
}
