/* Sends blocks of packets to viewers, protected for each of them. */
#include <errno.h>

#include "secure-egress.h"

/* One call's packets, as they were handed over. */
typedef struct {
    const uint8_t *block;
    const uint32_t *packets; /* pairs of offset and size, from the first that is meant */
    uint32_t count;
} bv_cut;

static bool is_packet(const uint8_t *block, uint32_t block_bytes, uint32_t offset, uint32_t size)
{
    if (offset > block_bytes || size > block_bytes - offset)
        return false;
    if (size <= BV_RTP_HEADER_BYTES || size > BV_RTP_HEADER_BYTES + BV_MAX_SECURE_PAYLOAD)
        return false;
    return block[offset] == 0x80; /* version 2; no padding, extension or contributing sources */
}

static bool are_packets(const bv_cut *cut, uint32_t block_bytes)
{
    for (uint32_t i = 0; i < cut->count; i++) {
        if (!is_packet(cut->block, block_bytes, cut->packets[2 * i], cut->packets[2 * i + 1]))
            return false;
    }
    return true;
}

static bool are_counts(uint32_t first, uint32_t count)
{
    return count <= BV_MAX_SECURE_PACKETS && first <= UINT32_MAX / 2 - count;
}

static void begin(bv_protected *out)
{
    out->used = 0;
    out->count = 0;
}

static int protect(bv_viewer *viewer, const bv_history *history, const bv_history_packet *const *packets, uint32_t count, uint64_t now_us,
                   bv_protected *out)
{
    int result = 0;

    for (uint32_t i = 0; i < count && result == 0; i++)
        result = bv_viewer_protect(viewer, history, packets[i], now_us, out);
    return result;
}

/* Sends what was laid out for the viewer. Whether all went is noted there. */
static int transmit(bv_secure_egress *egress, bv_viewer *viewer)
{
    bv_egress_destination *destination = &viewer->destination;
    int result = 0;

    if (egress->datagrams.count == 0)
        return 0;
    result = bv_frame_cut(&egress->frame, egress->datagrams.bytes, egress->datagrams.packets, egress->datagrams.count);
    if (result == 0)
        result = bv_batch_transmit(egress->batch, &egress->frame, &destination, 1);
    if (result > 0)
        viewer->has_lost = true;
    return result < 0 ? result : 0;
}

/* Sends some packets of the history to one viewer. A failure of the cipher or of memory is a loss like any other. */
static void send_chunk(bv_secure_egress *egress, bv_viewer *viewer, const bv_history_packet *const *packets, uint32_t count)
{
    begin(&egress->datagrams);
    const int protection = protect(viewer, &egress->history, packets, count, egress->clock_us(), &egress->datagrams);
    const int transmission = transmit(egress, viewer);
    const int error = protection < 0 ? protection : transmission;

    if (error == 0)
        return;
    viewer->has_lost = true;
    viewer->destination.stats.lost += protection < 0 ? count - egress->datagrams.count : egress->datagrams.count;
    viewer->destination.stats.last_error = error;
}

static uint32_t chunk_at(const bv_cut *cut, uint32_t place)
{
    return cut->count - place < BV_CHUNK_PACKETS ? cut->count - place : BV_CHUNK_PACKETS;
}

int bv_secure_egress_send(bv_secure_egress *egress, uint32_t stream, const uint8_t *block, uint32_t block_bytes, const uint32_t *packets,
                          uint32_t first, uint32_t count)
{
    const bv_history_packet *chunk[BV_CHUNK_PACKETS];
    const bv_cut cut = {.block = block, .packets = packets + 2 * (size_t)first, .count = count};
    int losers = 0;

    if (stream >= BV_MAX_SECURE_STREAMS || !are_counts(first, count) || !are_packets(&cut, block_bytes))
        return BV_ERR_BAD_ARGUMENT;
    for (uint32_t id = 0; id < egress->viewer_limit; id++) {
        if (egress->viewers[id] != NULL)
            egress->viewers[id]->has_lost = false;
    }
    /* Chunk by chunk rather than viewer by viewer: of a large frame the last viewer's first packets wait less. */
    for (uint32_t place = 0; place < count; place += BV_CHUNK_PACKETS) {
        const uint32_t length = chunk_at(&cut, place);
        bv_history_store(&egress->history, stream, block, cut.packets + 2 * (size_t)place, length, chunk);
        for (uint32_t id = 0; id < egress->viewer_limit; id++) {
            bv_viewer *viewer = egress->viewers[id];
            if (viewer != NULL && viewer->active && viewer->has_destination && viewer->stream == stream)
                send_chunk(egress, viewer, chunk, length);
        }
    }
    for (uint32_t id = 0; id < egress->viewer_limit; id++)
        losers += egress->viewers[id] != NULL && egress->viewers[id]->has_lost ? 1 : 0;
    return losers;
}

int bv_secure_egress_send_to(bv_secure_egress *egress, uint32_t id, const uint8_t *block, uint32_t block_bytes, const uint32_t *packets,
                             uint32_t first, uint32_t count)
{
    const bv_history_packet *chunk[BV_CHUNK_PACKETS];
    const bv_cut cut = {.block = block, .packets = packets + 2 * (size_t)first, .count = count};
    bv_viewer *viewer = bv_secure_find(egress, id);

    if (viewer == NULL)
        return -ENOENT;
    if (!viewer->has_destination)
        return -EDESTADDRREQ;
    if (!are_counts(first, count) || !are_packets(&cut, block_bytes))
        return BV_ERR_BAD_ARGUMENT;
    viewer->has_lost = false;
    for (uint32_t place = 0; place < count; place += BV_CHUNK_PACKETS) {
        const uint32_t length = chunk_at(&cut, place);
        bv_history_store(&egress->history, viewer->stream, block, cut.packets + 2 * (size_t)place, length, chunk);
        send_chunk(egress, viewer, chunk, length);
    }
    return viewer->has_lost ? 1 : 0;
}

static size_t framed_bytes(const bv_viewer *viewer, const bv_cut *cut)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < cut->count; i++)
        bytes += bv_viewer_wrapped_bytes(viewer, cut->packets[2 * i + 1] - BV_RTP_HEADER_BYTES, true);
    return bytes;
}

int bv_secure_egress_frame(bv_secure_egress *egress, uint32_t id, const uint8_t *block, uint32_t block_bytes, const uint32_t *packets,
                           uint32_t first, uint32_t count, uint8_t *out, uint32_t capacity)
{
    const bv_history_packet *chunk[BV_CHUNK_PACKETS];
    const bv_cut cut = {.block = block, .packets = packets + 2 * (size_t)first, .count = count};
    bv_protected framed = {.bytes = out, .capacity = capacity, .framed = true};
    bv_viewer *viewer = bv_secure_find(egress, id);
    int result = 0;

    if (viewer == NULL)
        return -ENOENT;
    if (!are_counts(first, count) || !are_packets(&cut, block_bytes))
        return BV_ERR_BAD_ARGUMENT;
    if (framed_bytes(viewer, &cut) > capacity)
        return -ENOBUFS;
    for (uint32_t place = 0; place < count && result == 0; place += BV_CHUNK_PACKETS) {
        const uint32_t length = chunk_at(&cut, place);
        framed.count = 0;
        bv_history_store(&egress->history, viewer->stream, block, cut.packets + 2 * (size_t)place, length, chunk);
        result = protect(viewer, &egress->history, chunk, length, egress->clock_us(), &framed);
    }
    return result < 0 ? result : (int)framed.used;
}

int bv_secure_egress_retransmit(bv_secure_egress *egress, uint32_t id, const uint16_t *sequences, uint32_t count)
{
    bv_viewer *viewer = bv_secure_find(egress, id);
    int sent = 0;

    if (viewer == NULL)
        return -ENOENT;
    if (!viewer->has_destination)
        return -EDESTADDRREQ;
    if (count > BV_MAX_SECURE_PACKETS)
        return BV_ERR_BAD_ARGUMENT;
    for (uint32_t place = 0; place < count;) {
        const uint64_t now_us = egress->clock_us();
        begin(&egress->datagrams);
        while (place < count && egress->datagrams.count < BV_CHUNK_PACKETS) {
            const int result = bv_viewer_protect_again(viewer, &egress->history, sequences[place++], now_us, &egress->datagrams);
            if (result < 0)
                return result;
        }
        const int result = transmit(egress, viewer);
        if (result < 0)
            return result;
        sent += (int)egress->datagrams.count;
    }
    return sent;
}

int bv_secure_egress_frame_retransmissions(bv_secure_egress *egress, uint32_t id, const uint16_t *sequences, uint32_t count, uint8_t *out,
                                           uint32_t capacity)
{
    bv_protected framed = {.bytes = out, .capacity = capacity, .framed = true};
    bv_viewer *viewer = bv_secure_find(egress, id);
    const uint64_t now_us = egress->clock_us();

    if (viewer == NULL)
        return -ENOENT;
    if (count > BV_MAX_SECURE_PACKETS)
        return BV_ERR_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++) {
        framed.count = 0; /* the number of packets is bounded by `capacity` alone */
        const int result = bv_viewer_protect_again(viewer, &egress->history, sequences[i], now_us, &framed);
        if (result < 0)
            return result;
    }
    return (int)framed.used;
}
