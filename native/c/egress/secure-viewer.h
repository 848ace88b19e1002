/*
 * One viewer of the secure egress: its keys, its numbers, what it was sent (secure-viewer.c, and secure-viewer-open.c how it comes to be).
 * Internal.
 */
#ifndef BV_SECURE_VIEWER_H
#define BV_SECURE_VIEWER_H

#include "egress.h"
#include "history.h"
#include "srtp.h"

#define BV_MAX_EXTENSION_BYTES 28u /* header 4, abs-send-time 4, transport-wide sequence number 3, mid 17 */

/* What of a viewer's packets is remembered for retransmission: a second of 18 Mbit/s, or a keyframe of 2 MB. A power of two. */
#define BV_RECORDS 2048u
#define BV_RETRANSMIT_WITHIN_US 1000000u
/* Who asks more often for one packet will not get it through; a second request within the gap was sent before the answer could arrive. */
#define BV_MAX_RETRANSMISSIONS 10u
#define BV_RETRANSMIT_GAP_US 10000u

typedef struct {
    uint64_t sent_us;       /* 0: no packet; abs-send-time follows from it */
    uint64_t resent_us;
    uint32_t index;         /* low 32 bits of the packet's */
    uint32_t serial;        /* of its payload in the history */
    uint32_t timestamp;     /* the viewer's */
    uint16_t transport_sequence;
    uint16_t retransmissions;
} bv_record;

typedef struct {
    uint64_t sent_us;
    uint32_t bytes;         /* 0: none */
    uint16_t sequence;
} bv_transport_record;

/* A synchronization source: what numbers its packets. */
typedef struct {
    uint32_t ssrc;
    uint8_t payload_type;
    uint64_t next;          /* index: rollover counter and sequence number */
    uint64_t packets;
    uint64_t octets;
} bv_rtp_source;

typedef struct {
    bool active;
    bool has_destination;
    bool has_rtx;
    bool has_lost;          /* in this call */
    bool is_dated;          /* the next three hold */
    uint32_t dated_stream;
    uint32_t stream_timestamp; /* of the newest frame */
    uint32_t timestamp;     /* what it was dated for the viewer */
    uint32_t stream;
    uint32_t timestamp_offset;
    uint16_t channel;       /* of a TURN server, named before each packet; 0: none */
    bv_egress_destination destination;
    bv_srtp_cipher rtp;
    bv_srtp_cipher rtcp_out;
    bv_srtp_cipher rtcp_in;
    uint64_t rtcp_next;     /* index */
    bv_srtcp_replay replay;
    bv_rtp_source media;
    bv_rtp_source rtx;
    uint8_t extension[BV_MAX_EXTENSION_BYTES];
    uint8_t extension_bytes; /* 0: packets have none */
    uint8_t send_time_at;   /* in extension; 0: not there */
    uint8_t transport_at;
    uint16_t next_transport_sequence;
    uint64_t retransmitted;
    uint64_t bytes;
    uint64_t rtcp_refused;
    uint64_t rtcp_replayed;
    uint64_t last_sent_us;
    bv_record records[BV_RECORDS]; /* by index */
    bv_transport_record transport[BV_SENT_PACKETS]; /* by transport-wide sequence number */
} bv_viewer;

/* Where protected packets are laid, end to end. */
typedef struct {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
    bool framed;            /* for a stream transport */
    uint32_t count;
    uint32_t packets[2 * BV_CHUNK_PACKETS]; /* pairs of offset and size, with all that goes before a packet */
} bv_protected;

/* NULL and `error` for bad parameters or without memory. */
bv_viewer *bv_viewer_open(const bv_secure_viewer *parameters, int *error);
/* Wipes the keys. */
void bv_viewer_close(bv_viewer *viewer);
/* Bytes of the SRTP packet that `payload_bytes` become. */
size_t bv_viewer_packet_bytes(const bv_viewer *viewer, size_t payload_bytes);
/* The same with all that goes before and behind it. */
size_t bv_viewer_wrapped_bytes(const bv_viewer *viewer, size_t payload_bytes, bool framed);
/* Protects one packet, which must fit, as the viewer's next. 0; -EIO, -EOVERFLOW when the key is used up. */
int bv_viewer_protect(bv_viewer *viewer, const bv_history *history, const bv_history_packet *packet, uint64_t now_us, bv_protected *out);
/* Protects one packet again. 1; 0 when it may not be or has no room; negative as above. */
int bv_viewer_protect_again(bv_viewer *viewer, const bv_history *history, uint16_t sequence, uint64_t now_us, bv_protected *out);

#endif
