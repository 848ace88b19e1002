/* Makes a viewer's packets of those of the stream, and makes them again. */
#include "secure-viewer.h"

#include <errno.h>
#include <string.h>

#define ORIGINAL_SEQUENCE_BYTES 2u /* RFC 4588 §4 */
/* A frame that lies this far behind or more is no neighbour of the last one; 90 kHz. */
#define DATING_REACH 90000u

typedef struct {
    uint64_t index;
    uint64_t sent_us;
    uint32_t timestamp;
    uint16_t transport_sequence;
    bool marker;
} bv_numbers;

size_t bv_viewer_packet_bytes(const bv_viewer *viewer, size_t payload_bytes)
{
    return BV_RTP_HEADER_BYTES + viewer->extension_bytes + payload_bytes + bv_srtp_tag_bytes(&viewer->rtp);
}

/* Before a packet: ChannelData's header (RFC 8656 §12.4), or on a stream transport the length alone (RFC 4571). */
static size_t header_bytes_of(const bv_viewer *viewer, bool framed)
{
    if (viewer->channel != 0)
        return BV_CHANNEL_BYTES;
    return framed ? BV_FRAMING_BYTES : 0;
}

/* Behind a packet: ChannelData ends at a whole word on a stream transport (RFC 8656 §12.5). */
static size_t padding_bytes_of(const bv_viewer *viewer, bool framed, size_t packet_bytes)
{
    return viewer->channel != 0 && framed ? (4 - packet_bytes % 4) % 4 : 0;
}

size_t bv_viewer_wrapped_bytes(const bv_viewer *viewer, size_t payload_bytes, bool framed)
{
    const size_t bytes = bv_viewer_packet_bytes(viewer, payload_bytes);

    return header_bytes_of(viewer, framed) + bytes + padding_bytes_of(viewer, framed, bytes);
}

/* 6.18 fixed point, seconds modulo 64, of any clock that runs evenly. */
static uint32_t abs_send_time(uint64_t us)
{
    return (uint32_t)((us % 64000000u << 18) / 1000000u);
}

/* Returns its size. All it writes follows from the viewer's fixed parameters and `numbers`: sent again it is the same. */
static size_t write_header(const bv_viewer *viewer, const bv_rtp_source *source, const bv_numbers *numbers, uint8_t *out)
{
    uint8_t *extension = out + BV_RTP_HEADER_BYTES;

    out[0] = viewer->extension_bytes > 0 ? 0x90 : 0x80;
    out[1] = (uint8_t)((numbers->marker ? 0x80 : 0) | source->payload_type);
    bv_put16(out + 2, (uint32_t)numbers->index);
    bv_put32(out + 4, numbers->timestamp);
    bv_put32(out + 8, source->ssrc);
    memcpy(extension, viewer->extension, viewer->extension_bytes);
    if (viewer->send_time_at > 0) {
        const uint32_t time = abs_send_time(numbers->sent_us);
        extension[viewer->send_time_at] = (uint8_t)(time >> 16);
        bv_put16(extension + viewer->send_time_at + 1, time);
    }
    if (viewer->transport_at > 0)
        bv_put16(extension + viewer->transport_at, numbers->transport_sequence);
    return BV_RTP_HEADER_BYTES + viewer->extension_bytes;
}

/* Notes a packet of `bytes` at the end of `out`. */
static void finish(bv_viewer *viewer, bv_rtp_source *source, uint64_t now_us, size_t payload_bytes, size_t bytes, bv_protected *out)
{
    const size_t header_bytes = header_bytes_of(viewer, out->framed);
    const size_t padding_bytes = padding_bytes_of(viewer, out->framed, bytes);
    uint8_t *place = out->bytes + out->used;

    if (viewer->channel != 0)
        bv_put16(place, viewer->channel);
    if (header_bytes > 0)
        bv_put16(place + header_bytes - BV_FRAMING_BYTES, (uint32_t)bytes);
    memset(place + header_bytes + bytes, 0, padding_bytes);
    out->packets[2 * out->count] = (uint32_t)out->used;
    out->packets[2 * out->count + 1] = (uint32_t)(header_bytes + bytes + padding_bytes);
    out->count++;
    out->used += header_bytes + bytes + padding_bytes;
    source->packets++;
    source->octets += payload_bytes;
    viewer->bytes += bytes;
    viewer->last_sent_us = now_us;
}

static uint8_t *next_place(const bv_viewer *viewer, const bv_protected *out)
{
    return out->bytes + out->used + header_bytes_of(viewer, out->framed);
}

static uint16_t take_transport_sequence(bv_viewer *viewer, uint64_t now_us, size_t bytes)
{
    const uint16_t sequence = viewer->next_transport_sequence++;

    viewer->transport[sequence % BV_SENT_PACKETS] = (bv_transport_record){.sent_us = now_us, .bytes = (uint32_t)bytes, .sequence = sequence};
    return sequence;
}

/* The viewer's timestamp of a packet. Within a frame it stays; the next frame's is later, whatever streams they are of. */
static uint32_t date(bv_viewer *viewer, uint32_t stream_timestamp)
{
    uint32_t timestamp = stream_timestamp + viewer->timestamp_offset;

    if (viewer->is_dated && viewer->dated_stream == viewer->stream && viewer->stream_timestamp == stream_timestamp)
        return viewer->timestamp;
    if (viewer->is_dated && viewer->timestamp - timestamp < DATING_REACH)
        timestamp = viewer->timestamp + 1;
    viewer->is_dated = true;
    viewer->dated_stream = viewer->stream;
    viewer->stream_timestamp = stream_timestamp;
    viewer->timestamp = timestamp;
    return timestamp;
}

int bv_viewer_protect(bv_viewer *viewer, const bv_history *history, const bv_history_packet *packet, uint64_t now_us, bv_protected *out)
{
    bv_rtp_source *source = &viewer->media;
    uint8_t *place = next_place(viewer, out);

    if (source->next > BV_SRTP_MAX_INDEX)
        return -EOVERFLOW;
    const bv_numbers numbers = {
        .index = source->next++, /* used up from here on, whatever happens */
        .sent_us = now_us,
        .timestamp = date(viewer, packet->timestamp),
        .transport_sequence = take_transport_sequence(viewer, now_us, bv_viewer_packet_bytes(viewer, packet->bytes)),
        .marker = packet->marker,
    };
    const size_t header_bytes = write_header(viewer, source, &numbers, place);
    const int bytes = bv_srtp_protect(&viewer->rtp, place, header_bytes, bv_history_payload(history, packet), packet->bytes, numbers.index);

    if (bytes < 0)
        return bytes;
    viewer->records[numbers.index % BV_RECORDS] = (bv_record){
        .sent_us = now_us,
        .index = (uint32_t)numbers.index,
        .serial = packet->serial,
        .timestamp = numbers.timestamp,
        .transport_sequence = numbers.transport_sequence,
    };
    finish(viewer, source, now_us, packet->bytes, (size_t)bytes, out);
    return 0;
}

/* The newest index with this sequence number that was used, or UINT64_MAX. */
static uint64_t index_of(const bv_rtp_source *source, uint16_t sequence)
{
    const uint64_t index = (source->next & ~(uint64_t)0xffff) | sequence;

    if (index < source->next)
        return index;
    return index >= 0x10000 ? index - 0x10000 : UINT64_MAX;
}

static bv_record *find_record(bv_viewer *viewer, uint64_t index, uint64_t now_us)
{
    bv_record *record = &viewer->records[index % BV_RECORDS];

    if (index == UINT64_MAX || record->sent_us == 0 || record->index != (uint32_t)index || now_us - record->sent_us > BV_RETRANSMIT_WITHIN_US)
        return NULL;
    if (record->retransmissions >= BV_MAX_RETRANSMISSIONS)
        return NULL;
    if (record->retransmissions > 0 && now_us - record->resent_us < BV_RETRANSMIT_GAP_US)
        return NULL;
    return record;
}

/* A new packet of the RTX source, with numbers of its own. */
static int protect_rtx(bv_viewer *viewer, const bv_history *history, const bv_history_packet *packet, const bv_record *record, uint64_t now_us,
                       bv_protected *out)
{
    bv_rtp_source *source = &viewer->rtx;
    uint8_t *place = next_place(viewer, out);
    const size_t payload_bytes = ORIGINAL_SEQUENCE_BYTES + packet->bytes;

    if (source->next > BV_SRTP_MAX_INDEX)
        return -EOVERFLOW;
    const bv_numbers numbers = {
        .index = source->next++,
        .sent_us = now_us,
        .timestamp = record->timestamp,
        .transport_sequence = take_transport_sequence(viewer, now_us, bv_viewer_packet_bytes(viewer, payload_bytes)),
        .marker = packet->marker,
    };
    const size_t header_bytes = write_header(viewer, source, &numbers, place);
    uint8_t *payload = place + header_bytes;

    bv_put16(payload, record->index);
    memcpy(payload + ORIGINAL_SEQUENCE_BYTES, bv_history_payload(history, packet), packet->bytes);
    const int bytes = bv_srtp_protect(&viewer->rtp, place, header_bytes, payload, payload_bytes, numbers.index);
    if (bytes < 0)
        return bytes;
    finish(viewer, source, now_us, payload_bytes, (size_t)bytes, out);
    return 1;
}

/* The datagram of the first time once more, byte for byte: its index may not meet another text or header. */
static int protect_same(bv_viewer *viewer, const bv_history *history, const bv_history_packet *packet, const bv_record *record, uint64_t index,
                        uint64_t now_us, bv_protected *out)
{
    uint8_t *place = next_place(viewer, out);
    const bv_numbers numbers = {
        .index = index,
        .sent_us = record->sent_us,
        .timestamp = record->timestamp,
        .transport_sequence = record->transport_sequence,
        .marker = packet->marker,
    };
    const size_t header_bytes = write_header(viewer, &viewer->media, &numbers, place);
    const int bytes = bv_srtp_protect(&viewer->rtp, place, header_bytes, bv_history_payload(history, packet), packet->bytes, index);

    if (bytes < 0)
        return bytes;
    finish(viewer, &viewer->media, now_us, packet->bytes, (size_t)bytes, out);
    return 1;
}

int bv_viewer_protect_again(bv_viewer *viewer, const bv_history *history, uint16_t sequence, uint64_t now_us, bv_protected *out)
{
    const uint64_t index = index_of(&viewer->media, sequence);
    bv_record *record = find_record(viewer, index, now_us);
    const bv_history_packet *packet = record == NULL ? NULL : bv_history_find(history, record->serial);
    int result = 0;

    if (packet == NULL)
        return 0;
    const size_t payload_bytes = packet->bytes + (viewer->has_rtx ? ORIGINAL_SEQUENCE_BYTES : 0);
    if (out->count == BV_CHUNK_PACKETS || out->used + bv_viewer_wrapped_bytes(viewer, payload_bytes, out->framed) > out->capacity)
        return 0;
    if (viewer->has_rtx)
        result = protect_rtx(viewer, history, packet, record, now_us, out);
    else
        result = protect_same(viewer, history, packet, record, index, now_us, out);
    if (result == 1) {
        record->retransmissions++;
        record->resent_us = now_us;
        viewer->retransmitted++;
    }
    return result;
}
