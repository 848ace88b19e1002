/* What the cases share: a stream that makes packets, and a peer that opens what a viewer is sent and remembers all of it. */
#ifndef SECURE_EGRESS_CHECK_H
#define SECURE_EGRESS_CHECK_H

#include <string.h>

#include "../../../native/c/egress/secure-egress.h"
#include "../check.h"

#define MAX_FRAME_PACKETS 300u
#define BLOCK_BYTES (MAX_FRAME_PACKETS * 1200u)

/* The clock of every egress here. */
extern uint64_t now_us;

/* One shared stream. */
typedef struct {
    uint16_t sequence; /* of its next packet */
    uint32_t timestamp;
    uint8_t block[BLOCK_BYTES];
    uint32_t packets[2 * MAX_FRAME_PACKETS];
    uint32_t count;
} stream;

/* A frame of `count` packets with `bytes` of payload, the last of `last`, and a new timestamp. */
void make_frame(stream *stream, uint32_t count, uint32_t bytes, uint32_t last);

/* Datagrams that were sent under one index of one source: none may be like another but the same. */
#define SEEN 65536u

typedef struct {
    bv_secure_viewer parameters;
    EVP_CIPHER_CTX *context;
    uint8_t key[16];
    uint8_t salt[14];
    bv_srtp_cipher hash;    /* for its HMAC alone */
    uint64_t next;          /* indexes expected of the media and the RTX source */
    uint64_t rtx_next;
    uint32_t *seen;         /* hashes of datagrams, by index modulo SEEN; 0 = none */
    /* of the packet opened last: */
    bool is_rtx;
    bool marker;
    uint64_t index;
    uint32_t timestamp;
    uint16_t transport_sequence;
    uint32_t send_time;
    uint32_t original;      /* sequence number of an RTX packet's original */
    uint8_t payload[1500];
    uint32_t payload_bytes;
} peer;

/* Parameters with keys of their own, all extensions and, where asked, RTX. */
bv_secure_viewer parameters_of(uint32_t profile, uint32_t number, bool rtx);
void peer_open(peer *peer, const bv_secure_viewer *parameters);
void peer_close(peer *peer);
/* Opens one datagram; fails unless it is authentic, has the next index or one that was seen with the same bytes, and is well formed. */
void peer_take(peer *peer, const uint8_t *datagram, uint32_t bytes);
/* Opens framed packets one by one; returns how many there are. */
uint32_t peer_take_framed(peer *peer, const uint8_t *framed, uint32_t bytes);
/* Opens framed packets and compares them with those of a stream. */
void expect_framed(peer *peer, const stream *stream, const uint8_t *framed, uint32_t bytes);

bv_secure_egress *create(void);
int add(bv_secure_egress *egress, const bv_secure_viewer *parameters);
bv_secure_viewer_stats stats_of(bv_secure_egress *egress, int id);
/* Makes a frame of a viewer's stream into `out`, BLOCK_BYTES and more; returns the bytes. */
uint32_t frame_for(bv_secure_egress *egress, int id, const stream *stream, uint8_t *out);
uint32_t pseudo_random(uint32_t *state, uint32_t below);

void check_vectors(void);
void check_rollover(uint32_t profile);
void check_headers(void);
void check_framing(void);
void check_retransmit(void);
void check_moves(void);
void check_history(void);
void check_limits(void);
void check_rtcp(void);
void check_rtcp_window(void);
void check_delivery(void);
void check_trouble(void);
void check_random(uint32_t seed);

#endif
