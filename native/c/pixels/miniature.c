#include "miniature.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "scale.h"

#define SMALLEST 2u

struct bv_miniature {
    atomic_uint references;
    pthread_mutex_t lock;
    bv_box box;         /* under lock: what is wanted; 0 × 0: nobody has said yet */
    bv_picture front;   /* under lock: the newest */
    uint64_t front_us;  /* under lock: when it was captured; 0: there is none */
    bv_picture back;    /* the producer's: the next */
    int has_memory;     /* the producer's: pictures were made since it last rested */
};

int bv_miniature_open(bv_miniature **out)
{
    bv_miniature *miniature = calloc(1, sizeof *miniature);

    if (miniature == NULL)
        return -ENOMEM;
    atomic_init(&miniature->references, 1);
    pthread_mutex_init(&miniature->lock, NULL);
    *out = miniature;
    return 0;
}

bv_miniature *bv_miniature_hold(bv_miniature *miniature)
{
    atomic_fetch_add(&miniature->references, 1);
    return miniature;
}

void bv_miniature_drop(bv_miniature *miniature)
{
    if (miniature == NULL || atomic_fetch_sub(&miniature->references, 1) > 1)
        return;
    bv_picture_free(&miniature->front);
    bv_picture_free(&miniature->back);
    pthread_mutex_destroy(&miniature->lock);
    free(miniature);
}

int bv_miniature_is_held(const bv_miniature *miniature)
{
    /* the producer's own reference is always there */
    return atomic_load(&miniature->references) > 1;
}

/* Gives the memory back while nobody looks. */
static void rest(bv_miniature *miniature)
{
    miniature->has_memory = 0;
    bv_picture_free(&miniature->back);
    pthread_mutex_lock(&miniature->lock);
    bv_picture_free(&miniature->front);
    miniature->front_us = 0;
    miniature->box = (bv_box){0};
    pthread_mutex_unlock(&miniature->lock);
}

static uint32_t even(uint64_t length)
{
    return length < SMALLEST ? SMALLEST : (uint32_t)(length + 1) & ~1u;
}

/* The largest even size of this shape in a box of even sizes. */
static bv_box fit(bv_box shape, bv_box box)
{
    const uint64_t height = (uint64_t)box.width * shape.height / shape.width;

    if (height <= box.height)
        return (bv_box){box.width, even(height)};
    return (bv_box){even((uint64_t)box.height * shape.width / shape.height), box.height};
}

void bv_miniature_offer(bv_miniature *miniature, const bv_picture *picture, bv_box shape, uint64_t capture_us)
{
    bv_picture swapped;
    bv_box size;

    if (!bv_miniature_is_held(miniature)) {
        if (miniature->has_memory)
            rest(miniature);
        return;
    }
    pthread_mutex_lock(&miniature->lock);
    size = miniature->box;
    pthread_mutex_unlock(&miniature->lock);
    if (size.width == 0)
        return;
    size = fit(shape, size);
    miniature->has_memory = 1;
    if (bv_picture_allocate(&miniature->back, size.width, size.height) < 0 || bv_scale(picture, &miniature->back) < 0)
        return;
    pthread_mutex_lock(&miniature->lock);
    swapped = miniature->front;
    miniature->front = miniature->back;
    miniature->front_us = capture_us;
    pthread_mutex_unlock(&miniature->lock);
    miniature->back = swapped;
}

void bv_miniature_end(bv_miniature *miniature)
{
    rest(miniature);
}

const bv_picture *bv_miniature_enter(bv_miniature *miniature, bv_box box, uint64_t now_us)
{
    const bv_picture *front = &miniature->front;

    pthread_mutex_lock(&miniature->lock);
    miniature->box = box;
    if (miniature->front_us != 0 && now_us <= miniature->front_us + BV_MINIATURE_AGE_US && front->width <= box.width &&
        front->height <= box.height)
        return front;
    pthread_mutex_unlock(&miniature->lock);
    return NULL;
}

void bv_miniature_leave(bv_miniature *miniature)
{
    pthread_mutex_unlock(&miniature->lock);
}
