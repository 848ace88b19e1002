/* Random pushes, reads and releases: frames stay whole while held, order is kept, and no delta comes without what it hangs on. */
#include "../../../native/c/pipeline/ring.h"

#include <string.h>

#include "check.h"

#define MAX_HELD BV_MAX_SLOTS

typedef struct {
    bv_frame frames[MAX_HELD];
    uint32_t count;
    uint32_t next_sequence[BV_STREAM_COUNT]; /* of the writer */
    uint32_t expected[BV_STREAM_COUNT];      /* of the reader, without losses */
    uint64_t lost[BV_STREAM_COUNT];
    uint32_t need_key;
} host;

static uint32_t rings;

static void doorbell(void)
{
    rings++;
}

static void push(bv_ring *ring, host *host, uint32_t *random)
{
    static uint8_t data[BV_MAX_ACCESS_UNIT];
    const uint32_t stream = random_next(random) % BV_STREAM_COUNT;
    const int key = (host->need_key >> stream & 1u) || random_next(random) % 20 == 0;
    bv_frame frame = {.stream = stream, .flags = key ? BV_FRAME_KEY : 0, .sequence = host->next_sequence[stream]++};

    frame.size = random_next(random) % 60 == 0 ? random_next(random) % BV_MAX_ACCESS_UNIT : random_next(random) % 120000;
    memset(data, (int)(frame.sequence * 2 + stream), frame.size);
    if (key)
        host->need_key &= ~(1u << stream);
    host->need_key |= bv_ring_push(ring, &frame, data);
}

static void read_one(bv_ring *ring, host *host)
{
    bv_frame *frame = &host->frames[host->count];

    if (host->count == MAX_HELD || bv_ring_next(ring, frame) == 0)
        return;
    host->count++;
    CHECK(frame->sequence >= host->expected[frame->stream]);
    if (frame->sequence != host->expected[frame->stream]) {
        CHECK((frame->flags & BV_FRAME_DISCONTINUITY) && (frame->flags & BV_FRAME_KEY));
        host->lost[frame->stream] += frame->sequence - host->expected[frame->stream];
    }
    host->expected[frame->stream] = frame->sequence + 1;
}

static void release_one(bv_ring *ring, host *host, uint32_t index)
{
    const bv_frame *frame = &host->frames[index];
    const uint8_t *bytes = bv_ring_arena(ring) + frame->arena_offset;

    CHECK(frame->arena_offset + frame->size <= BV_ARENA_BYTES && bytes == (const uint8_t *)(uintptr_t)frame->data);
    for (uint32_t i = 0; i < frame->size; i++)
        CHECK(bytes[i] == (uint8_t)(frame->sequence * 2 + frame->stream));
    bv_ring_release(ring, frame->slot);
    host->frames[index] = host->frames[--host->count];
}

void check_ring(uint32_t seed, uint32_t rounds)
{
    static host host;
    bv_ring *ring;
    uint64_t dropped[BV_STREAM_COUNT];

    CHECK(bv_ring_open(doorbell, &ring) == 0);
    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t eagerness = round / 150 % 3; /* the host keeps up, is slow, or hangs */
        push(ring, &host, &seed);
        for (uint32_t i = 0; i < 2 && eagerness < 2; i++)
            read_one(ring, &host);
        while (host.count > (eagerness == 0 ? 2 : 30))
            release_one(ring, &host, random_next(&seed) % host.count);
        bv_ring_acknowledge(ring);
    }
    while (read_one(ring, &host), host.count > 0)
        release_one(ring, &host, 0);
    bv_ring_dropped(ring, dropped);
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++)
        CHECK(dropped[i] == host.lost[i] + host.next_sequence[i] - host.expected[i]);
    CHECK(rings == rounds && dropped[0] > 0);
    bv_ring_close(ring);
}
