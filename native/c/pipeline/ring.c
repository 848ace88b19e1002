#include "ring.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 64u

typedef enum { SLOT_FREE, SLOT_UNREAD, SLOT_TAKEN } slot_state;

typedef struct {
    slot_state state;
    uint32_t room; /* bytes of the arena from frame.arena_offset on, aligned */
    bv_frame frame;
} slot;

struct bv_ring {
    pthread_mutex_t lock;
    bv_doorbell doorbell;
    atomic_int rung;
    uint8_t *arena;
    slot slots[BV_MAX_SLOTS];
    uint32_t unread[BV_MAX_SLOTS]; /* slots in order of arrival */
    uint32_t unread_count;
    int broken[BV_STREAM_COUNT];   /* deltas are worthless until an IDR */
    uint64_t dropped[BV_STREAM_COUNT];
};

int bv_ring_open(bv_doorbell doorbell, bv_ring **out)
{
    bv_ring *ring = calloc(1, sizeof *ring);

    if (ring == NULL)
        return -ENOMEM;
    ring->arena = mmap(NULL, BV_ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (ring->arena == MAP_FAILED) {
        free(ring);
        return -ENOMEM;
    }
    pthread_mutex_init(&ring->lock, NULL);
    ring->doorbell = doorbell;
    *out = ring;
    return 0;
}

void bv_ring_close(bv_ring *ring)
{
    if (ring == NULL)
        return;
    pthread_mutex_destroy(&ring->lock);
    munmap(ring->arena, BV_ARENA_BYTES);
    free(ring);
}

const uint8_t *bv_ring_arena(const bv_ring *ring)
{
    return ring->arena;
}

static int is_video(const bv_frame *frame)
{
    return frame->stream < BV_STREAM_COUNT;
}

static slot *find_slot(bv_ring *ring)
{
    for (uint32_t i = 0; i < BV_MAX_SLOTS; i++)
        if (ring->slots[i].state == SLOT_FREE)
            return &ring->slots[i];
    return NULL;
}

/* The slot that lies in the way of [start, start + room), or NULL. */
static const slot *obstacle(const bv_ring *ring, uint32_t start, uint32_t room)
{
    for (uint32_t i = 0; i < BV_MAX_SLOTS; i++) {
        const slot *slot = &ring->slots[i];
        if (slot->state != SLOT_FREE && slot->frame.arena_offset < start + room && start < slot->frame.arena_offset + slot->room)
            return slot;
    }
    return NULL;
}

/* First fit, so that a host that keeps up works in few, cached pages. */
static int find_room(const bv_ring *ring, uint32_t room, uint32_t *offset)
{
    uint32_t start = 0;

    while (start + room <= BV_ARENA_BYTES) {
        const slot *slot = obstacle(ring, start, room);
        if (slot == NULL) {
            *offset = start;
            return 1;
        }
        start = slot->frame.arena_offset + slot->room;
    }
    return 0;
}

static void remove_unread(bv_ring *ring, uint32_t position)
{
    ring->unread_count--;
    memmove(&ring->unread[position], &ring->unread[position + 1], (ring->unread_count - position) * sizeof ring->unread[0]);
}

/* Drops the oldest unread picture and those of its stream that hang on it. 0 when there is none. */
static int drop_oldest(bv_ring *ring, uint32_t *need_key)
{
    uint32_t position = 0;
    uint32_t stream;

    while (position < ring->unread_count && !is_video(&ring->slots[ring->unread[position]].frame))
        position++;
    if (position == ring->unread_count)
        return 0;
    stream = ring->slots[ring->unread[position]].frame.stream;
    for (int first = 1; position < ring->unread_count; first = 0) {
        slot *slot = &ring->slots[ring->unread[position]];
        if (slot->frame.stream != stream) {
            position++;
            continue;
        }
        if (!first && (slot->frame.flags & BV_FRAME_KEY)) {
            slot->frame.flags |= BV_FRAME_DISCONTINUITY;
            return 1;
        }
        slot->state = SLOT_FREE;
        ring->dropped[stream]++;
        remove_unread(ring, position);
    }
    ring->broken[stream] = 1;
    *need_key |= 1u << stream;
    return 1;
}

static int is_withheld(const bv_ring *ring, const bv_frame *frame)
{
    return is_video(frame) && ring->broken[frame->stream] && !(frame->flags & BV_FRAME_KEY);
}

/* Finds slot and room, dropping older frames as far as necessary. NULL: the frame itself is lost. */
static slot *make_room(bv_ring *ring, const bv_frame *frame, uint32_t *need_key)
{
    const uint32_t room = (frame->size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

    while (!is_withheld(ring, frame)) {
        slot *slot = find_slot(ring);
        uint32_t offset = 0;
        if (slot != NULL && find_room(ring, room, &offset)) {
            slot->room = room;
            slot->frame = *frame;
            slot->frame.arena_offset = offset;
            return slot;
        }
        if (!drop_oldest(ring, need_key)) {
            if (is_video(frame)) {
                ring->broken[frame->stream] = 1;
                *need_key |= 1u << frame->stream;
            }
            return NULL;
        }
    }
    return NULL;
}

uint32_t bv_ring_push(bv_ring *ring, const bv_frame *frame, const uint8_t *data)
{
    uint32_t need_key = 0;
    slot *slot;

    assert(frame->size <= BV_MAX_ACCESS_UNIT);
    pthread_mutex_lock(&ring->lock);
    slot = make_room(ring, frame, &need_key);
    if (slot != NULL) {
        if (frame->size > 0)
            memcpy(ring->arena + slot->frame.arena_offset, data, frame->size);
        slot->state = SLOT_UNREAD;
        slot->frame.data = (uint64_t)(uintptr_t)(ring->arena + slot->frame.arena_offset);
        slot->frame.slot = (uint32_t)(slot - ring->slots);
        slot->frame.ready_us = bv_clock_us();
        if (is_video(frame) && ring->broken[frame->stream]) {
            slot->frame.flags |= BV_FRAME_DISCONTINUITY;
            ring->broken[frame->stream] = 0;
        }
        ring->unread[ring->unread_count++] = slot->frame.slot;
    } else if (is_video(frame)) {
        ring->dropped[frame->stream]++;
    }
    pthread_mutex_unlock(&ring->lock);
    bv_ring_ring(ring);
    return need_key;
}

void bv_ring_break(bv_ring *ring, uint32_t stream)
{
    pthread_mutex_lock(&ring->lock);
    ring->broken[stream] = 1;
    ring->dropped[stream]++;
    pthread_mutex_unlock(&ring->lock);
}

void bv_ring_dropped(bv_ring *ring, uint64_t dropped[BV_STREAM_COUNT])
{
    pthread_mutex_lock(&ring->lock);
    for (uint32_t i = 0; i < BV_STREAM_COUNT; i++)
        dropped[i] = ring->dropped[i];
    pthread_mutex_unlock(&ring->lock);
}

void bv_ring_ring(bv_ring *ring)
{
    if (atomic_exchange(&ring->rung, 1) == 0)
        ring->doorbell();
}

void bv_ring_acknowledge(bv_ring *ring)
{
    atomic_store(&ring->rung, 0);
}

int bv_ring_next(bv_ring *ring, bv_frame *out)
{
    int found = 0;

    pthread_mutex_lock(&ring->lock);
    if (ring->unread_count > 0) {
        slot *slot = &ring->slots[ring->unread[0]];
        remove_unread(ring, 0);
        slot->state = SLOT_TAKEN;
        *out = slot->frame;
        found = 1;
    }
    pthread_mutex_unlock(&ring->lock);
    return found;
}

void bv_ring_release(bv_ring *ring, uint32_t slot)
{
    if (slot >= BV_MAX_SLOTS)
        return;
    pthread_mutex_lock(&ring->lock);
    if (ring->slots[slot].state == SLOT_TAKEN)
        ring->slots[slot].state = SLOT_FREE;
    pthread_mutex_unlock(&ring->lock);
}
