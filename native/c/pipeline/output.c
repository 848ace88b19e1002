#include "output.h"

#include <time.h>

#include "../encode/annexb.h"
#include "../pixels/scale.h"

/* Before an encoder that failed is tried again. */
#define RETRY_US 1000000u
/* The encoder's rate control is told of a rate only when it differs by more than one part in this. */
#define RATE_STEP 16u

uint64_t bv_thread_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000u + (uint64_t)used.tv_nsec / 1000u;
}

void bv_output_drop_encoder(bv_output *output)
{
    if (output->encoder != NULL)
        output->encoder->verbs->close(output->encoder);
    output->encoder = NULL;
}

void bv_output_close(bv_output *output)
{
    bv_output_drop_encoder(output);
    bv_picture_free(&output->scaled);
}

void bv_output_configure(bv_output *output, const bv_stream_config *config)
{
    const int same_size = config->width == output->config.width && config->height == output->config.height;

    if (!same_size || !config->enabled)
        bv_output_drop_encoder(output);
    output->config = *config;
    output->retry_us = 0;
    output->error = 0;
}

/* The rate that the encoder is to reckon with: the stream's, or the source's when that is slower. */
static uint32_t rate_of(const bv_output *output, const bv_moment *moment)
{
    const uint32_t wanted = output->config.fps * 1000u;
    const uint32_t source = moment->source_millihertz;
    const uint32_t rate = source >= 1000u && source < wanted ? source : wanted;
    const uint32_t told = output->encoder != NULL ? output->encoding.fps_millihertz : 0;
    const uint32_t difference = rate > told ? rate - told : told - rate;
    return difference * RATE_STEP > rate ? rate : told;
}

/* Brings the encoder to the configuration. */
static int prepare_encoder(bv_output *output, const bv_moment *moment)
{
    const bv_encoder_config wanted = {.width = output->config.width,
                                      .height = output->config.height,
                                      .fps_millihertz = rate_of(output, moment),
                                      .nominal_fps = output->config.fps,
                                      .bitrate_kbps = output->config.bitrate_kbps,
                                      .gop = output->config.gop};
    int result = 0;

    if (output->encoder == NULL) {
        result = bv_openh264_open(&wanted, &output->encoder);
    } else if (output->encoding.fps_millihertz != wanted.fps_millihertz || output->encoding.nominal_fps != wanted.nominal_fps ||
               output->encoding.bitrate_kbps != wanted.bitrate_kbps || output->encoding.gop != wanted.gop) {
        result = output->encoder->verbs->adjust(output->encoder, &wanted);
    }
    output->encoding = wanted;
    return result;
}

static int fit(bv_output *output, const bv_picture *picture, const bv_picture **fitted)
{
    int result;

    *fitted = picture;
    if (picture->width == output->config.width && picture->height == output->config.height)
        return 0;
    *fitted = &output->scaled;
    result = bv_picture_allocate(&output->scaled, output->config.width, output->config.height);
    return result < 0 ? result : bv_scale(picture, &output->scaled);
}

static uint64_t later_than_before(bv_output *output, uint64_t capture_us)
{
    if (capture_us <= output->last_capture_us)
        capture_us = output->last_capture_us + 1;
    output->last_capture_us = capture_us;
    return capture_us;
}

uint32_t bv_output_push(bv_output *output, bv_ring *ring, const bv_coded *coded, const bv_moment *moment, uint64_t begin_us)
{
    bv_nal_list nals;
    bv_frame frame = {.capture_us = later_than_before(output, moment->capture_us),
                      .encode_begin_us = begin_us,
                      .size = coded->size,
                      .stream = output->stream,
                      .flags = moment->flags | (coded->key ? BV_FRAME_KEY : 0),
                      .sequence = output->sequence++,
                      .width = output->config.width,
                      .height = output->config.height};

    output->encoded++;
    output->encoded_bytes += coded->size;
    if (coded->size > BV_MAX_ACCESS_UNIT || bv_annexb_split(coded->data, coded->size, &nals) < 0) {
        bv_ring_break(ring, output->stream);
        return 1u << output->stream;
    }
    frame.nal_count = nals.count;
    for (uint32_t i = 0; i < nals.count; i++) {
        frame.nal_offset[i] = nals.offset[i];
        frame.nal_size[i] = nals.size[i];
    }
    return bv_ring_push(ring, &frame, coded->data);
}

static uint32_t fail(bv_output *output, int error)
{
    bv_output_drop_encoder(output);
    output->error = error;
    output->retry_us = bv_clock_us() + RETRY_US;
    return 0;
}

uint32_t bv_output_encode(bv_output *output, bv_ring *ring, const bv_moment *moment)
{
    const bv_picture *picture;
    bv_coded coded = {0};
    uint64_t begin_us, thread_us;
    int result;

    if (!output->config.enabled || (output->retry_us != 0 && bv_clock_us() < output->retry_us))
        return 0;
    if (!bv_pacer_takes(&output->pacer, output->config.fps, moment->source_millihertz))
        return 0;
    if ((result = fit(output, moment->picture, &picture)) < 0)
        return fail(output, result);
    begin_us = bv_clock_us();
    thread_us = bv_thread_us();
    result = prepare_encoder(output, moment);
    if (result >= 0)
        result = output->encoder->verbs->encode(output->encoder, picture, output->key_wanted, &coded);
    output->encode_us += bv_thread_us() - thread_us;
    if (result < 0)
        return fail(output, result);
    output->error = 0;
    output->retry_us = 0;
    if (coded.key)
        output->key_wanted = 0;
    return coded.size > 0 ? bv_output_push(output, ring, &coded, moment, begin_us) : 0;
}
