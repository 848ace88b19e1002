#include "camera-stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../encode/annexb.h"

#define NAL_DELIMITER 9u
static const uint8_t start_code[4] = {0, 0, 0, 1};

void bv_camera_stream_close(bv_camera_stream *stream)
{
    bv_h264_decoder_close(stream->decoder);
    free(stream->unit);
    *stream = (bv_camera_stream){0};
}

void bv_camera_stream_interrupt(bv_camera_stream *stream)
{
    stream->is_passing = stream->is_decodable = 0;
}

static void remember(bv_parameter_set *set, const uint8_t *nal, uint32_t size)
{
    set->size = size <= BV_MAX_PARAMETER_SET ? size : 0;
    memcpy(set->bytes, nal, set->size);
}

/* Notes parameter sets and slice types. Returns a mask (1 << NAL type) of what the unit holds. */
static uint32_t look_through(bv_camera_stream *stream, const uint8_t *data, const bv_nal_list *nals)
{
    uint32_t types = 0;

    for (uint32_t i = 0; i < nals->count; i++) {
        const uint8_t *nal = data + nals->offset[i];
        const uint32_t type = nal[0] & 0x1fu;
        types |= 1u << type;
        if (type == BV_NAL_PPS)
            remember(&stream->pps, nal, nals->size[i]);
        if (type == BV_NAL_SLICE && bv_slice_is_b(nal, nals->size[i]) != 0)
            stream->has_b = 1;
        if (type == BV_NAL_SPS) {
            remember(&stream->sps, nal, nals->size[i]);
            if (bv_sps_read(nal, nals->size[i], &stream->shape) < 0)
                stream->sps.size = 0;
        }
    }
    return types;
}

static uint32_t append(uint8_t *out, uint32_t at, const uint8_t *nal, uint32_t size)
{
    memcpy(out + at, start_code, sizeof start_code);
    memcpy(out + at + sizeof start_code, nal, size);
    return at + (uint32_t)sizeof start_code + size;
}

/* The unit with the remembered parameter sets in front. An access unit delimiter would have to stay first, and nobody needs it. */
static int complete(bv_camera_stream *stream, const uint8_t *data, const bv_nal_list *nals, bv_coded *out)
{
    uint32_t room = stream->sps.size + stream->pps.size + 2 * (uint32_t)sizeof start_code;
    uint32_t size = 0;

    for (uint32_t i = 0; i < nals->count; i++)
        room += nals->size[i] + (uint32_t)sizeof start_code;
    if (room > stream->capacity) {
        uint8_t *unit = realloc(stream->unit, room);
        if (unit == NULL)
            return -ENOMEM;
        stream->unit = unit;
        stream->capacity = room;
    }
    size = append(stream->unit, size, stream->sps.bytes, stream->sps.size);
    size = append(stream->unit, size, stream->pps.bytes, stream->pps.size);
    for (uint32_t i = 0; i < nals->count; i++) {
        const uint32_t type = data[nals->offset[i]] & 0x1fu;
        if (type != NAL_DELIMITER && type != BV_NAL_SPS && type != BV_NAL_PPS)
            size = append(stream->unit, size, data + nals->offset[i], nals->size[i]);
    }
    out->data = stream->unit;
    out->size = size;
    return 0;
}

static int may_pass(const bv_camera_stream *stream, const bv_stream_config *main)
{
    return main != NULL && main->enabled && !stream->has_b && stream->sps.size > 0 && stream->pps.size > 0 &&
           stream->shape.is_plain && stream->shape.width == main->width && stream->shape.height == main->height;
}

int bv_camera_stream_examine(bv_camera_stream *stream, const bv_raw_picture *raw, const bv_stream_config *main, bv_coded *out)
{
    bv_nal_list nals;
    uint32_t types;
    int result;

    if (raw->size > BV_MAX_ACCESS_UNIT || bv_annexb_split(raw->plane[0], raw->size, &nals) < 0) {
        bv_camera_stream_interrupt(stream);
        return BV_ERR_CORRUPT;
    }
    types = look_through(stream, raw->plane[0], &nals);
    *out = (bv_coded){.data = raw->plane[0], .size = raw->size, .key = (types >> BV_NAL_IDR & 1u) != 0};
    if (out->key) {
        stream->is_passing = stream->is_decodable = 1;
        if (!((types >> BV_NAL_SPS & 1u) && (types >> BV_NAL_PPS & 1u)) && (result = complete(stream, raw->plane[0], &nals, out)) < 0)
            return result;
    }
    if (!may_pass(stream, main))
        stream->is_passing = 0;
    return stream->is_passing && (types & (1u << BV_NAL_IDR | 1u << BV_NAL_SLICE)) != 0;
}

int bv_camera_stream_decode(bv_camera_stream *stream, const bv_coded *coded, bv_picture *out)
{
    int result;

    if (stream->sps.size == 0 || stream->pps.size == 0 || !stream->is_decodable)
        return 0;
    if (stream->decoder == NULL && (result = bv_h264_decoder_open(&stream->decoder)) < 0)
        return result;
    result = bv_h264_decoder_decode(stream->decoder, coded->data, coded->size, out);
    if (result < 0)
        stream->is_decodable = 0;
    out->full_range = stream->shape.full_range;
    return result;
}
