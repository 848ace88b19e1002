/* The table of viewers behind a secure egress, and their RTCP. */
#include "secure-egress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int bv_secure_egress_create(bv_secure_egress **out)
{
    bv_secure_egress *egress = calloc(1, sizeof *egress);

    if (egress == NULL)
        return -ENOMEM;
    egress->clock_us = bv_clock_us;
    egress->datagrams.capacity = BV_CHUNK_PACKETS * BV_MAX_SECURE_DATAGRAM;
    egress->datagrams.bytes = malloc(egress->datagrams.capacity);
    egress->batch = bv_batch_create();
    if (bv_history_open(&egress->history) < 0 || egress->datagrams.bytes == NULL || egress->batch == NULL) {
        bv_secure_egress_destroy(egress);
        return -ENOMEM;
    }
    *out = egress;
    return 0;
}

void bv_secure_egress_destroy(bv_secure_egress *egress)
{
    if (egress == NULL)
        return;
    for (uint32_t id = 0; id < egress->viewer_limit; id++)
        bv_secure_egress_remove(egress, id);
    bv_batch_destroy(egress->batch);
    bv_frame_free(&egress->frame);
    bv_history_close(&egress->history);
    free(egress->datagrams.bytes);
    free(egress);
}

bv_viewer *bv_secure_find(const bv_secure_egress *egress, uint32_t id)
{
    return id < BV_MAX_SECURE_VIEWERS ? egress->viewers[id] : NULL;
}

int bv_secure_egress_add(bv_secure_egress *egress, const bv_secure_viewer *parameters)
{
    uint32_t id = 0;
    int error = 0;

    while (id < BV_MAX_SECURE_VIEWERS && egress->viewers[id] != NULL)
        id++;
    if (id == BV_MAX_SECURE_VIEWERS)
        return -ENOSPC;
    egress->viewers[id] = bv_viewer_open(parameters, &error);
    if (egress->viewers[id] == NULL)
        return error;
    if (id >= egress->viewer_limit)
        egress->viewer_limit = id + 1;
    return (int)id;
}

int bv_secure_egress_remove(bv_secure_egress *egress, uint32_t id)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    bv_viewer_close(viewer);
    egress->viewers[id] = NULL;
    while (egress->viewer_limit > 0 && egress->viewers[egress->viewer_limit - 1] == NULL)
        egress->viewer_limit--;
    return 0;
}

int bv_secure_egress_set_destination(bv_secure_egress *egress, uint32_t id, const bv_destination *destination)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    if (destination != NULL && !bv_is_destination(destination))
        return BV_ERR_BAD_ARGUMENT;
    viewer->has_destination = destination != NULL;
    if (destination != NULL)
        bv_destination_aim(&viewer->destination, destination);
    return 0;
}

int bv_secure_egress_set_channel(bv_secure_egress *egress, uint32_t id, uint32_t channel)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    if (channel != 0 && (channel < BV_MIN_CHANNEL || channel > BV_MAX_CHANNEL))
        return BV_ERR_BAD_ARGUMENT;
    viewer->channel = (uint16_t)channel;
    return 0;
}

int bv_secure_egress_set_stream(bv_secure_egress *egress, uint32_t id, uint32_t stream, uint32_t timestamp_offset)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    if (stream >= BV_MAX_SECURE_STREAMS)
        return BV_ERR_BAD_ARGUMENT;
    viewer->stream = stream;
    viewer->timestamp_offset = timestamp_offset;
    return 0;
}

int bv_secure_egress_set_active(bv_secure_egress *egress, uint32_t id, uint32_t active)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    viewer->active = active != 0;
    return 0;
}

int bv_secure_egress_sent(bv_secure_egress *egress, uint32_t id, uint32_t first, uint32_t count, double *out)
{
    const bv_viewer *viewer = bv_secure_find(egress, id);
    int known = 0;

    if (viewer == NULL)
        return -ENOENT;
    if (first > UINT16_MAX || count > BV_SENT_PACKETS)
        return BV_ERR_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++) {
        const uint16_t sequence = (uint16_t)(first + i);
        const bv_transport_record *record = &viewer->transport[sequence % BV_SENT_PACKETS];
        const bool is_known = record->bytes > 0 && record->sequence == sequence;
        out[2 * i] = is_known ? (double)record->sent_us : 0;
        out[2 * i + 1] = is_known ? (double)record->bytes : 0;
        known += is_known ? 1 : 0;
    }
    return known;
}

int bv_secure_egress_stats(bv_secure_egress *egress, uint32_t id, bv_secure_viewer_stats *out)
{
    const bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    *out = (bv_secure_viewer_stats){
        .packets = viewer->media.packets,
        .octets = viewer->media.octets,
        .rtx_packets = viewer->rtx.packets,
        .rtx_octets = viewer->rtx.octets,
        .retransmitted = viewer->retransmitted,
        .bytes = viewer->bytes,
        .lost = viewer->destination.stats.lost,
        .rtcp_refused = viewer->rtcp_refused,
        .rtcp_replayed = viewer->rtcp_replayed,
        .last_sent_us = viewer->last_sent_us,
        .last_error = viewer->destination.stats.last_error,
        .gso = viewer->has_destination && viewer->destination.gso ? 1 : 0,
        .next_sequence = (uint32_t)viewer->media.next,
        .last_timestamp = viewer->timestamp,
        .next_transport_sequence = viewer->next_transport_sequence,
        .active = viewer->active ? 1 : 0,
    };
    return 0;
}

int bv_srtcp_protect(bv_secure_egress *egress, uint32_t id, const uint8_t *packet, uint32_t bytes, uint8_t *out, uint32_t capacity)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    if (bytes < BV_SRTCP_HEADER_BYTES || bytes > BV_MAX_SECURE_RTCP)
        return BV_ERR_BAD_ARGUMENT;
    if (capacity < bytes + BV_SRTCP_INDEX_BYTES + bv_srtp_tag_bytes(&viewer->rtcp_out))
        return -ENOBUFS;
    if (viewer->rtcp_next > BV_SRTCP_MAX_INDEX)
        return -EOVERFLOW;
    /* One count for all our sources: no source ever has an index twice. */
    return bv_srtcp_seal(&viewer->rtcp_out, packet, bytes, (uint32_t)viewer->rtcp_next++, out);
}

int bv_srtcp_unprotect(bv_secure_egress *egress, uint32_t id, const uint8_t *packet, uint32_t bytes, uint8_t *out, uint32_t capacity)
{
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    if (capacity < bytes)
        return -ENOBUFS;
    const int result = bv_srtcp_unseal(&viewer->rtcp_in, &viewer->replay, packet, bytes, out);
    if (result == -EALREADY)
        viewer->rtcp_replayed++;
    else if (result < 0)
        viewer->rtcp_refused++;
    return result;
}
