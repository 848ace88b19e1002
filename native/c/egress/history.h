/*
 * The payloads of the packets that were sent last, of all streams, once for all viewers. What is sent is encrypted from here, so that what is
 * sent again under the same number is the same: an AES-GCM or AES-CTR number must never meet another text. Internal.
 */
#ifndef BV_HISTORY_H
#define BV_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "../../include/shim.h"

/* A second of 60 Mbit/s, all streams together. */
#define BV_HISTORY_BYTES (8u << 20)
#define BV_HISTORY_PACKETS 8192u /* a power of two */

/* Packets that are worked on at a time: about what a processor's cache holds once protected. */
#define BV_CHUNK_PACKETS 128u

typedef struct {
    uint32_t serial;    /* counts all packets, modulo 2^32 */
    uint32_t offset;    /* of the payload in the history's memory */
    uint32_t timestamp; /* the stream's */
    uint16_t sequence;  /* the stream's */
    uint16_t bytes;
    uint8_t stream;
    bool marker;
} bv_history_packet;

typedef struct {
    uint8_t *memory;    /* a circle of payloads, none of them across its end */
    uint32_t end;       /* of the newest payload */
    uint32_t next;      /* serial of the next packet */
    uint32_t count;     /* packets held: the `count` serials before `next` */
    bv_history_packet packets[BV_HISTORY_PACKETS]; /* by serial */
    uint32_t places[BV_HISTORY_PACKETS]; /* serial of the newest packet of a stream and sequence number, by their hash; 0 at first */
} bv_history;

int bv_history_open(bv_history *history);
/* Wipes nothing: pictures are no keys. */
void bv_history_close(bv_history *history);
/*
 * Stores `count` (at most BV_CHUNK_PACKETS) checked RTP packets with fixed headers, unless all of them are there already, and writes where
 * they are. They stay until the next call at least.
 */
void bv_history_store(bv_history *history, uint32_t stream, const uint8_t *block, const uint32_t *packets, uint32_t count,
                      const bv_history_packet **out);
/* The packet with this serial, NULL when it is gone. A serial that is 2^32 packets old would be mistaken: callers forget theirs within seconds. */
const bv_history_packet *bv_history_find(const bv_history *history, uint32_t serial);

static inline const uint8_t *bv_history_payload(const bv_history *history, const bv_history_packet *packet)
{
    return history->memory + packet->offset;
}

#endif
