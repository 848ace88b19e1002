#include "h264-decoder.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <wels/codec_api.h>

#include "../../include/shim.h"

struct bv_h264_decoder {
    ISVCDecoder *codec;
};

void bv_h264_decoder_close(bv_h264_decoder *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->codec != NULL) {
        (*decoder->codec)->Uninitialize(decoder->codec);
        WelsDestroyDecoder(decoder->codec);
    }
    free(decoder);
}

int bv_h264_decoder_open(bv_h264_decoder **out)
{
    bv_h264_decoder *decoder = calloc(1, sizeof *decoder);
    SDecodingParam parameters = {.uiTargetDqLayer = UCHAR_MAX, .eEcActiveIdc = ERROR_CON_DISABLE};
    int silent = WELS_LOG_QUIET;

    if (decoder == NULL)
        return -ENOMEM;
    parameters.sVideoProperty.size = sizeof parameters.sVideoProperty;
    parameters.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
    if (WelsCreateDecoder(&decoder->codec) != 0 || decoder->codec == NULL)
        goto fail;
    (*decoder->codec)->SetOption(decoder->codec, DECODER_OPTION_TRACE_LEVEL, &silent);
    if ((*decoder->codec)->Initialize(decoder->codec, &parameters) != cmResultSuccess)
        goto fail;
    *out = decoder;
    return 0;
fail:
    bv_h264_decoder_close(decoder);
    return BV_ERR_ENCODER;
}

int bv_h264_decoder_decode(bv_h264_decoder *decoder, const uint8_t *data, uint32_t size, bv_picture *out)
{
    uint8_t *planes[3] = {NULL};
    SBufferInfo made = {0};
    const SSysMEMBuffer *memory = &made.UsrData.sSystemBuffer;

    if ((*decoder->codec)->DecodeFrameNoDelay(decoder->codec, data, (int)size, planes, &made) != dsErrorFree)
        return BV_ERR_CORRUPT;
    if (made.iBufferStatus != 1 || planes[0] == NULL)
        return 0;
    if (memory->iWidth < 2 || memory->iHeight < 2)
        return BV_ERR_CORRUPT;
    *out = (bv_picture){.plane = {planes[0], planes[1], planes[2]},
                        .stride = {(uint32_t)memory->iStride[0], (uint32_t)memory->iStride[1], (uint32_t)memory->iStride[1]},
                        .width = (uint32_t)memory->iWidth,
                        .height = (uint32_t)memory->iHeight};
    return 1;
}
