/*
 * Sends one frame to many destinations in as few sendmmsg calls as there are sockets and thousands of messages.
 * A walk goes over (destination, packet); the batch is filled from it, sent, and after a refusal the walk goes on where it must.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "egress.h"

/*
 * An ICMP error of an earlier datagram, of whichever destination, fails one later send on the same socket and is gone.
 * So the same message is tried again; a peer that answers every datagram so cannot hold us longer than this.
 */
#define MAX_STALE_ERRORS 4u

typedef struct {
    uint32_t destination; /* place in the list */
    uint32_t first;       /* packet */
    uint32_t packets;
    uint32_t bytes;
} bv_message;

struct bv_batch {
    struct mmsghdr headers[BV_MAX_BATCH];
    bv_message messages[BV_MAX_BATCH];
    _Alignas(struct cmsghdr) uint8_t control[BV_MAX_BATCH][BV_CONTROL_BYTES];
    uint32_t count;
};

typedef struct {
    const bv_egress_frame *frame;
    bv_egress_destination *const *destinations;
    uint32_t destination_count;
    uint32_t destination; /* next to be put into a batch */
    uint32_t packet;      /* of it */
    uint32_t run;         /* that begins with this packet, while the destination uses GSO */
    uint32_t losers;
} bv_walk;

bv_batch *bv_batch_create(void)
{
    return calloc(1, sizeof(bv_batch));
}

void bv_batch_destroy(bv_batch *batch)
{
    free(batch);
}

static void walk_to(bv_walk *walk, uint32_t destination, uint32_t packet)
{
    walk->destination = destination;
    walk->packet = packet;
    walk->run = 0;
}

/* Puts the next message of the walk's destination into the batch and steps on. */
static void put(bv_batch *batch, bv_walk *walk)
{
    bv_egress_destination *target = walk->destinations[walk->destination];
    const uint32_t place = batch->count++;
    bv_run *run = target->gso ? &walk->frame->runs[walk->run++] : NULL;
    struct iovec *span = run ? &run->span : &walk->frame->packets[walk->packet];
    const uint32_t packets = run ? run->packets : 1;
    uint8_t *control = batch->control[place];
    size_t skipped = BV_SEGMENT_CONTROL; /* of the control: the segment size, where nothing is to be cut */

    if (packets > 1) {
        skipped = 0;
        memcpy(control, target->control, target->control_bytes);
        memcpy(CMSG_DATA((struct cmsghdr *)control), &run->segment_bytes, sizeof run->segment_bytes);
    } else {
        control = target->control + skipped;
    }
    batch->headers[place].msg_hdr = (struct msghdr){
        .msg_name = &target->address,
        .msg_namelen = target->address_bytes,
        .msg_iov = span,
        .msg_iovlen = 1,
        .msg_control = target->control_bytes > skipped ? control : NULL,
        .msg_controllen = target->control_bytes - skipped,
    };
    batch->messages[place] =
        (bv_message){.destination = walk->destination, .first = walk->packet, .packets = packets, .bytes = (uint32_t)span->iov_len};
    walk->packet += packets;
    if (walk->packet == walk->frame->packet_count)
        walk_to(walk, walk->destination + 1, 0);
}

/* As many messages for one socket as the walk still has and a batch takes. */
static void fill(bv_batch *batch, bv_walk *walk)
{
    const int fd = walk->destinations[walk->destination]->fd;

    batch->count = 0;
    while (batch->count < BV_MAX_BATCH && walk->destination < walk->destination_count && walk->destinations[walk->destination]->fd == fd) {
        put(batch, walk);
    }
}

static void account(const bv_batch *batch, const bv_walk *walk, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        bv_destination_stats *stats = &walk->destinations[batch->messages[i].destination]->stats;
        stats->packets += batch->messages[i].packets;
        stats->bytes += batch->messages[i].bytes;
    }
}

/* The rest of the frame is lost for the destination of message `place`. Returns the place of the next destination's first message. */
static uint32_t lose(const bv_batch *batch, bv_walk *walk, uint32_t place, int error)
{
    const bv_message *message = &batch->messages[place];
    bv_destination_stats *stats = &walk->destinations[message->destination]->stats;

    stats->lost += walk->frame->packet_count - message->first;
    stats->last_error = -error;
    walk->losers++;
    if (walk->destination == message->destination)
        walk_to(walk, message->destination + 1, 0);
    while (place < batch->count && batch->messages[place].destination == message->destination)
        place++;
    return place;
}

static bool is_stale(int error)
{
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
}

/* How the kernel says that this route, device or socket does no segmentation, or that a segment is too long for it. */
static bool is_refused_gso(int error)
{
    return error == EINVAL || error == EIO || error == EOPNOTSUPP || error == EMSGSIZE;
}

/* Sends what the batch holds, up to a destination that refuses GSO: the walk then goes on with its refused packets, one by one. */
static void flush(bv_batch *batch, bv_walk *walk)
{
    const int fd = walk->destinations[batch->messages[0].destination]->fd;
    uint32_t place = 0;
    uint32_t stale = 0;

    while (place < batch->count) {
        const int sent = sendmmsg(fd, &batch->headers[place], batch->count - place, MSG_DONTWAIT);
        const int error = sent < 0 ? errno : 0;
        const bv_message *message = &batch->messages[place];
        if (sent > 0) {
            account(batch, walk, place, place + (uint32_t)sent);
            place += (uint32_t)sent;
            stale = 0;
        } else if (is_stale(error) && stale < MAX_STALE_ERRORS) {
            stale++;
        } else if (is_refused_gso(error) && message->packets > 1) {
            walk->destinations[message->destination]->gso = false;
            walk_to(walk, message->destination, message->first);
            return;
        } else if (error != EINTR) {
            place = lose(batch, walk, place, error);
            stale = 0;
        }
    }
}

int bv_batch_transmit(bv_batch *batch, const bv_egress_frame *frame, bv_egress_destination *const *destinations, uint32_t count)
{
    bv_walk walk = {.frame = frame, .destinations = destinations, .destination_count = count};

    while (walk.destination < count) {
        fill(batch, &walk);
        flush(batch, &walk);
    }
    return (int)walk.losers;
}
