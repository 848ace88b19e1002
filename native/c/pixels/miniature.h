/*
 * The newest picture of one pipeline, small, for another one that shows it. Internal.
 * Two threads share it, the producer's and the viewer's: neither waits for the other longer than copying the small picture takes.
 */
#ifndef BV_MINIATURE_H
#define BV_MINIATURE_H

#include "picture.h"

typedef struct bv_miniature bv_miniature;

/* Luma pixels. */
typedef struct {
    uint32_t width;
    uint32_t height;
} bv_box;

/* With one reference, the producer's. 0 or -ENOMEM. */
int bv_miniature_open(bv_miniature **out);
/* Takes another reference: a viewer's. */
bv_miniature *bv_miniature_hold(bv_miniature *miniature);
/* Gives a reference back, NULL is allowed; the last one frees it. On any thread. */
void bv_miniature_drop(bv_miniature *miniature);

/* The producer's side. Makes a small picture where somebody waits for one; `shape` is the one that the picture is to be seen in. */
void bv_miniature_offer(bv_miniature *miniature, const bv_picture *picture, bv_box shape, uint64_t capture_us);
/* No more will come: what is there is not shown any longer. */
void bv_miniature_end(bv_miniature *miniature);
/* 1: somebody else holds it. */
int bv_miniature_is_held(const bv_miniature *miniature);

/*
 * The viewer's side. Says what box, of even sizes, the picture is wanted for from now on, and returns the newest one, which is locked until
 * bv_miniature_leave; NULL, and nothing is locked, when none is there that fits and is no older than BV_MINIATURE_AGE_US at `now_us`.
 */
const bv_picture *bv_miniature_enter(bv_miniature *miniature, bv_box box, uint64_t now_us);
void bv_miniature_leave(bv_miniature *miniature);

/* A picture that stands still must not pass for a live one. Slates come once a second at least. */
#define BV_MINIATURE_AGE_US 3000000u

#endif
