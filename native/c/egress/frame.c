/* Cuts one frame into packets and into runs that one UDP GSO message can carry. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "egress.h"

static int reserve_packets(bv_egress_frame *frame, uint32_t count)
{
    struct iovec *packets = NULL;
    bv_run *runs = NULL;

    if (count <= frame->packet_capacity)
        return 0;
    packets = malloc(count * sizeof *packets);
    runs = malloc(count * sizeof *runs); /* at worst a run a packet */
    if (packets == NULL || runs == NULL)
        goto fail;
    free(frame->packets);
    free(frame->runs);
    frame->packets = packets;
    frame->runs = runs;
    frame->packet_capacity = count;
    return 0;
fail:
    free(packets);
    free(runs);
    return -ENOMEM;
}

static int reserve_gathered(bv_egress_frame *frame, size_t bytes)
{
    uint8_t *gathered = NULL;

    if (bytes <= frame->gathered_capacity)
        return 0;
    gathered = malloc(bytes);
    if (gathered == NULL)
        return -ENOMEM;
    free(frame->gathered);
    frame->gathered = gathered;
    frame->gathered_capacity = bytes;
    return 0;
}

/*
 * Lays the packets end to end unless they are so already. One copy a frame instead of a vector entry a packet for every
 * destination: the kernel's share gets 5 to 10 % cheaper at 100 destinations.
 */
static int gather(bv_egress_frame *frame)
{
    size_t bytes = 0;
    bool contiguous = true;
    int result = 0;

    for (uint32_t i = 0; i < frame->packet_count; i++) {
        const struct iovec *packet = &frame->packets[i];
        if (i > 0 && packet->iov_base != (uint8_t *)packet[-1].iov_base + packet[-1].iov_len)
            contiguous = false;
        bytes += packet->iov_len;
    }
    if (contiguous)
        return 0;
    result = reserve_gathered(frame, bytes);
    if (result < 0)
        return result;

    uint8_t *end = frame->gathered;
    for (uint32_t i = 0; i < frame->packet_count; i++) {
        struct iovec *packet = &frame->packets[i];
        memcpy(end, packet->iov_base, packet->iov_len);
        packet->iov_base = end;
        end += packet->iov_len;
    }
    return 0;
}

/* The longest run that begins with packet `first`. */
static bv_run run_from(const bv_egress_frame *frame, uint32_t first)
{
    const struct iovec *packets = frame->packets;
    const size_t segment_bytes = packets[first].iov_len;
    bv_run run = {.span = packets[first], .packets = 1, .segment_bytes = (uint16_t)segment_bytes};

    for (uint32_t i = first + 1; i < frame->packet_count && run.packets < BV_MAX_RUN_PACKETS; i++) {
        const size_t bytes = packets[i].iov_len;
        if (bytes > segment_bytes || run.span.iov_len + bytes > BV_MAX_RUN_BYTES)
            break;
        run.span.iov_len += bytes;
        run.packets++;
        if (bytes < segment_bytes)
            break;
    }
    return run;
}

int bv_frame_cut(bv_egress_frame *frame, const uint8_t *block, const uint32_t *packets, uint32_t count)
{
    int result = reserve_packets(frame, count);

    if (result < 0)
        return result;
    frame->packet_count = count;
    frame->run_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t offset = packets[2 * i];
        const uint32_t size = packets[2 * i + 1];
        assert(size > 0 && size <= BV_MAX_DATAGRAM);
        /* sendmmsg only reads, but its vectors are not const. */
        frame->packets[i] = (struct iovec){.iov_base = (uint8_t *)(uintptr_t)(block + offset), .iov_len = size};
    }
    result = gather(frame);
    if (result < 0)
        return result;
    for (uint32_t first = 0; first < count; first += frame->runs[frame->run_count++].packets) {
        frame->runs[frame->run_count] = run_from(frame, first);
    }
    return 0;
}

void bv_frame_free(bv_egress_frame *frame)
{
    free(frame->packets);
    free(frame->runs);
    free(frame->gathered);
    *frame = (bv_egress_frame){0};
}
