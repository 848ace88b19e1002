#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <wels/codec_api.h>

#include "../../include/shim.h"
#include "annexb.h"
#include "encoder.h"
#include "sps-timing.h"

/* OpenH264 takes higher rates for this one, so the bitrate is scaled to make up for it. */
#define MAX_KNOWN_FPS_MILLIHERTZ 60000u
/* video_format of the VUI: unspecified (H.264 table E-2) */
#define VIDEO_FORMAT_UNSPECIFIED 5
/* OpenH264's have about 20 */
#define MAX_SPS_BYTES 256u

typedef struct {
    bv_encoder base;
    ISVCEncoder *codec;
    bv_encoder_config config;
    uint8_t *unit;
    uint32_t capacity;
} openh264;

static int bits_per_second(const bv_encoder_config *config)
{
    uint64_t bits = (uint64_t)config->bitrate_kbps * 1000u;
    if (config->fps_millihertz > MAX_KNOWN_FPS_MILLIHERTZ)
        bits = bits * MAX_KNOWN_FPS_MILLIHERTZ / config->fps_millihertz;
    return (int)bits;
}

static float frames_per_second(const bv_encoder_config *config)
{
    const uint32_t rate = config->fps_millihertz;
    return (float)(rate > MAX_KNOWN_FPS_MILLIHERTZ ? MAX_KNOWN_FPS_MILLIHERTZ : rate) / 1000.0f;
}

static void describe(const bv_encoder_config *config, SEncParamExt *parameters)
{
    SSpatialLayerConfig *layer = &parameters->sSpatialLayers[0];

    parameters->iUsageType = CAMERA_VIDEO_REAL_TIME;
    parameters->iPicWidth = layer->iVideoWidth = (int)config->width;
    parameters->iPicHeight = layer->iVideoHeight = (int)config->height;
    parameters->iTargetBitrate = layer->iSpatialBitrate = bits_per_second(config);
    parameters->iMaxBitrate = layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
    parameters->fMaxFrameRate = layer->fFrameRate = frames_per_second(config);
    parameters->iRCMode = RC_BITRATE_MODE;
    parameters->bEnableFrameSkip = false;
    parameters->iComplexityMode = LOW_COMPLEXITY;
    parameters->uiIntraPeriod = config->gop;
    parameters->iNumRefFrame = 1;
    parameters->iMultipleThreadIdc = 1;
    parameters->iEntropyCodingModeFlag = 0;
    parameters->eSpsPpsIdStrategy = CONSTANT_ID;
    parameters->bEnableDenoise = false;
    parameters->bEnableSceneChangeDetect = false;
    parameters->bEnableLongTermReference = false;
    layer->uiProfileIdc = PRO_BASELINE;
    layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
    layer->bVideoSignalTypePresent = true;
    layer->uiVideoFormat = VIDEO_FORMAT_UNSPECIFIED;
    layer->bFullRange = false;
}

/* The NAL units of all layers one after the other; that they are so in OpenH264's memory already is not promised. */
static int gather(openh264 *encoder, const SFrameBSInfo *made)
{
    size_t total = 0;

    for (int i = 0; i < made->iLayerNum; i++)
        for (int k = 0; k < made->sLayerInfo[i].iNalCount; k++)
            total += (size_t)made->sLayerInfo[i].pNalLengthInByte[k];
    if (total + BV_SPS_TIMING_BYTES > encoder->capacity) {
        const size_t capacity = 2 * total + BV_SPS_TIMING_BYTES;
        uint8_t *unit = realloc(encoder->unit, capacity);
        if (unit == NULL)
            return -ENOMEM;
        encoder->unit = unit;
        encoder->capacity = (uint32_t)capacity;
    }
    total = 0;
    for (int i = 0; i < made->iLayerNum; i++) {
        size_t layer = 0;
        for (int k = 0; k < made->sLayerInfo[i].iNalCount; k++)
            layer += (size_t)made->sLayerInfo[i].pNalLengthInByte[k];
        memcpy(encoder->unit + total, made->sLayerInfo[i].pBsBuf, layer);
        total += layer;
    }
    return (int)total;
}

/* OpenH264 writes no timing: puts it into the SPS of a key access unit of `size` bytes. Returns the new size. */
static int add_timing(openh264 *encoder, int size)
{
    uint8_t sps[MAX_SPS_BYTES + BV_SPS_TIMING_BYTES];
    bv_nal_list nals;

    if (bv_annexb_split(encoder->unit, (uint32_t)size, &nals) < 0)
        return size;
    const int index = bv_annexb_find(&nals, encoder->unit, BV_NAL_SPS);
    if (index < 0 || nals.size[index] > MAX_SPS_BYTES)
        return size;
    uint8_t *begin = encoder->unit + nals.offset[index];
    const uint32_t end = nals.offset[index] + nals.size[index];
    const int made = bv_sps_add_timing(begin, nals.size[index], encoder->config.nominal_fps, sps, sizeof sps);
    if (made < 0)
        return size;
    memmove(begin + made, encoder->unit + end, (size_t)size - end);
    memcpy(begin, sps, (size_t)made);
    return size + made - (int)nals.size[index];
}

static int encode(bv_encoder *base, const bv_picture *picture, int force_key, bv_coded *out)
{
    openh264 *encoder = (openh264 *)base;
    SFrameBSInfo made = {0};
    SSourcePicture source = {.iColorFormat = videoFormatI420, .iPicWidth = (int)picture->width, .iPicHeight = (int)picture->height};
    int size;

    for (int i = 0; i < 3; i++) {
        source.pData[i] = picture->plane[i];
        source.iStride[i] = (int)picture->stride[i];
    }
    if (force_key)
        (*encoder->codec)->ForceIntraFrame(encoder->codec, true);
    if ((*encoder->codec)->EncodeFrame(encoder->codec, &source, &made) != cmResultSuccess)
        return BV_ERR_ENCODER;
    size = made.eFrameType == videoFrameTypeSkip ? 0 : gather(encoder, &made);
    if (size < 0)
        return size;
    if (made.eFrameType == videoFrameTypeIDR)
        size = add_timing(encoder, size);
    *out = (bv_coded){.data = encoder->unit, .size = (uint32_t)size, .key = made.eFrameType == videoFrameTypeIDR};
    return 0;
}

static int adjust(bv_encoder *base, const bv_encoder_config *config)
{
    openh264 *encoder = (openh264 *)base;
    SBitrateInfo bitrate = {SPATIAL_LAYER_ALL, bits_per_second(config)};
    float rate = frames_per_second(config);
    int gop = (int)config->gop;
    int failed = 0;

    if (config->fps_millihertz != encoder->config.fps_millihertz)
        failed |= (*encoder->codec)->SetOption(encoder->codec, ENCODER_OPTION_FRAME_RATE, &rate);
    if (bitrate.iBitrate != bits_per_second(&encoder->config))
        failed |= (*encoder->codec)->SetOption(encoder->codec, ENCODER_OPTION_BITRATE, &bitrate);
    if (config->gop != encoder->config.gop)
        failed |= (*encoder->codec)->SetOption(encoder->codec, ENCODER_OPTION_IDR_INTERVAL, &gop);
    encoder->config = *config;
    return failed ? BV_ERR_ENCODER : 0;
}

static void close_encoder(bv_encoder *base)
{
    openh264 *encoder = (openh264 *)base;

    if (encoder->codec != NULL) {
        (*encoder->codec)->Uninitialize(encoder->codec);
        WelsDestroySVCEncoder(encoder->codec);
    }
    free(encoder->unit);
    free(encoder);
}

static const bv_encoder_verbs verbs = {.encode = encode, .adjust = adjust, .close = close_encoder};

int bv_openh264_open(const bv_encoder_config *config, bv_encoder **out)
{
    openh264 *encoder = calloc(1, sizeof *encoder);
    SEncParamExt parameters;
    int silent = WELS_LOG_QUIET;

    if (encoder == NULL)
        return -ENOMEM;
    encoder->base.verbs = &verbs;
    encoder->config = *config;
    if (WelsCreateSVCEncoder(&encoder->codec) != 0 || encoder->codec == NULL)
        goto fail;
    (*encoder->codec)->SetOption(encoder->codec, ENCODER_OPTION_TRACE_LEVEL, &silent);
    if ((*encoder->codec)->GetDefaultParams(encoder->codec, &parameters) != cmResultSuccess)
        goto fail;
    describe(config, &parameters);
    if ((*encoder->codec)->InitializeExt(encoder->codec, &parameters) != cmResultSuccess)
        goto fail;
    *out = &encoder->base;
    return 0;
fail:
    close_encoder(&encoder->base);
    return BV_ERR_ENCODER;
}
