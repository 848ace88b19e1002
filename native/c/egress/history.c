/* A circle of payloads and a ring of what is known of each; the oldest go. */
#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "srtp.h"

int bv_history_open(bv_history *history)
{
    *history = (bv_history){.memory = malloc(BV_HISTORY_BYTES)};
    return history->memory == NULL ? -ENOMEM : 0;
}

void bv_history_close(bv_history *history)
{
    free(history->memory);
    history->memory = NULL;
}

const bv_history_packet *bv_history_find(const bv_history *history, uint32_t serial)
{
    const uint32_t age = history->next - serial; /* 1 is the newest */
    return age >= 1 && age <= history->count ? &history->packets[serial % BV_HISTORY_PACKETS] : NULL;
}

static uint32_t *place_of(bv_history *history, uint32_t stream, uint32_t sequence)
{
    return &history->places[(stream * 2654435761u ^ sequence) % BV_HISTORY_PACKETS];
}

static const bv_history_packet *find_same(bv_history *history, uint32_t stream, const uint8_t *packet, uint32_t bytes)
{
    const uint32_t sequence = bv_get16(packet + 2);
    const bv_history_packet *found = bv_history_find(history, *place_of(history, stream, sequence));

    if (found == NULL || found->stream != stream || found->sequence != sequence || found->timestamp != bv_get32(packet + 4))
        return NULL;
    if (found->marker != (packet[1] >> 7 != 0) || found->bytes + BV_RTP_HEADER_BYTES != bytes)
        return NULL;
    return memcmp(bv_history_payload(history, found), packet + BV_RTP_HEADER_BYTES, found->bytes) == 0 ? found : NULL;
}

static const bv_history_packet *oldest(const bv_history *history)
{
    return &history->packets[(history->next - history->count) % BV_HISTORY_PACKETS];
}

/* Room for one payload: offset. What stood there is forgotten. */
static uint32_t make_room(bv_history *history, uint32_t bytes)
{
    if (history->end + bytes > BV_HISTORY_BYTES) {
        /* Those behind the end are the oldest: they go first, with the room that is left over. */
        while (history->count > 0 && oldest(history)->offset >= history->end)
            history->count--;
        history->end = 0;
    }
    const uint32_t begin = history->end;
    while (history->count > 0 && oldest(history)->offset >= begin && oldest(history)->offset < begin + bytes)
        history->count--;
    if (history->count == BV_HISTORY_PACKETS)
        history->count--;
    history->end = begin + bytes;
    return begin;
}

static const bv_history_packet *append(bv_history *history, uint32_t stream, const uint8_t *packet, uint32_t bytes)
{
    const uint32_t payload_bytes = bytes - BV_RTP_HEADER_BYTES;
    const uint32_t offset = make_room(history, payload_bytes);
    const uint32_t serial = history->next++;
    bv_history_packet *entry = &history->packets[serial % BV_HISTORY_PACKETS];

    *entry = (bv_history_packet){
        .serial = serial,
        .offset = offset,
        .timestamp = bv_get32(packet + 4),
        .sequence = (uint16_t)bv_get16(packet + 2),
        .bytes = (uint16_t)payload_bytes,
        .stream = (uint8_t)stream,
        .marker = packet[1] >> 7 != 0,
    };
    memcpy(history->memory + offset, packet + BV_RTP_HEADER_BYTES, payload_bytes);
    *place_of(history, stream, entry->sequence) = serial;
    history->count++;
    return entry;
}

void bv_history_store(bv_history *history, uint32_t stream, const uint8_t *block, const uint32_t *packets, uint32_t count,
                      const bv_history_packet **out)
{
    uint32_t found = 0;

    while (found < count) {
        out[found] = find_same(history, stream, block + packets[2 * found], packets[2 * found + 1]);
        if (out[found] == NULL)
            break;
        found++;
    }
    if (found == count)
        return;
    /* All are stored anew where one is missing: storing could push out those that were found. */
    for (uint32_t i = 0; i < count; i++)
        out[i] = append(history, stream, block + packets[2 * i], packets[2 * i + 1]);
}
