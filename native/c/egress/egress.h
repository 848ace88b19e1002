/*
 * The parts of the egress: a table of destinations (egress.c, destination.c), the cut of one frame into messages (frame.c) and
 * the sending of those messages to many destinations (transmit.c). Internal.
 */
#ifndef BV_EGRESS_H
#define BV_EGRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "../../include/shim.h"

#define BV_MAX_DATAGRAM 65507u /* largest UDP payload over IPv4 */
#define BV_MAX_RUN_PACKETS 64u /* UDP_MAX_SEGMENTS of the kernels that have the least */
#define BV_MAX_RUN_BYTES 65000u /* a run is one datagram until the kernel cuts it: IP's 16-bit length, headers left room for */
#define BV_MAX_BATCH 1024u     /* messages a sendmmsg takes (UIO_MAXIOV) */

/* Room for UDP_SEGMENT and the larger of IP_PKTINFO and IPV6_PKTINFO. */
#define BV_SEGMENT_CONTROL CMSG_SPACE(sizeof(uint16_t))
#define BV_CONTROL_BYTES (BV_SEGMENT_CONTROL + CMSG_SPACE(sizeof(struct in6_pktinfo)))

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} bv_socket_address;

typedef struct {
    bool used;
    bool active;
    bool gso;
    int fd;
    bv_socket_address address;
    socklen_t address_bytes;
    /* A UDP_SEGMENT message whose value is set a run, then the source address when one is given. */
    _Alignas(struct cmsghdr) uint8_t control[BV_CONTROL_BYTES];
    size_t control_bytes; /* BV_SEGMENT_CONTROL when there is no source */
    bv_destination_stats stats;
} bv_egress_destination;

/* Packets that one GSO message carries: all of one size, but for the last, which may be shorter. */
typedef struct {
    struct iovec span;      /* their bytes, contiguous */
    uint32_t packets;
    uint16_t segment_bytes; /* of each */
} bv_run;

/* One frame, cut once for all destinations. Arrays grow to the largest frame seen and stay. */
typedef struct {
    struct iovec *packets;
    bv_run *runs;
    uint32_t packet_count;
    uint32_t run_count;
    uint32_t packet_capacity;
    uint8_t *gathered;      /* packets laid end to end where the caller's block has gaps */
    size_t gathered_capacity;
} bv_egress_frame;

typedef struct bv_batch bv_batch;

struct bv_egress {
    bv_egress_destination destinations[BV_MAX_DESTINATIONS];
    bv_egress_destination *order[BV_MAX_DESTINATIONS]; /* the active ones; those of one socket stand together */
    uint32_t order_count;
    bv_egress_frame frame;
    bv_batch *batch;
};

bool bv_is_destination(const bv_destination *destination);
/* Leads to a valid `destination` from now on; what was counted stays. */
void bv_destination_aim(bv_egress_destination *target, const bv_destination *destination);

/* Cuts `count` packets (pairs of offset and size in `packets`) of `block`, which must stay until the frame was sent. 0 or -ENOMEM. */
int bv_frame_cut(bv_egress_frame *frame, const uint8_t *block, const uint32_t *packets, uint32_t count);
void bv_frame_free(bv_egress_frame *frame);

bv_batch *bv_batch_create(void);
void bv_batch_destroy(bv_batch *batch);
/* Sends the frame to `destinations`, in their order. Returns how many of them lost something. */
int bv_batch_transmit(bv_batch *batch, const bv_egress_frame *frame, bv_egress_destination *const *destinations, uint32_t count);

#endif
