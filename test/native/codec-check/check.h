/* Shared by the cases of this program, which the sanitizers watch. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../check.h"

/* xorshift32: the same sequence everywhere. */
static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* A file's content in memory of exactly its size, so that reading past its end is seen. The caller frees it. */
uint8_t *read_file(const char *path, uint32_t *size);
/* A copy with some bytes changed, and often cut short. The caller frees it. */
uint8_t *mutate(const uint8_t *data, uint32_t size, uint32_t *random, uint32_t *mutated_size);

void check_annexb(uint32_t seed, uint32_t rounds);
void check_unpack(uint32_t seed, uint32_t rounds);
void check_scale(uint32_t seed, uint32_t rounds);
void check_stage(uint32_t seed, uint32_t rounds);
void check_levels(void);
void check_motion(uint32_t seed, uint32_t rounds);
void check_overlay(uint32_t seed, uint32_t rounds);
void check_inset(uint32_t seed, uint32_t rounds);
void check_overlay_memory(void);
void check_utf8(uint32_t seed, uint32_t rounds);
void check_ring(uint32_t seed, uint32_t rounds);
void check_pace(uint32_t seed);
void check_jpeg_round_trip(void);
/* Prints width, height, and the mean of each plane. */
void print_jpeg(const char *path);
void write_grey_jpeg(const char *path);
void fuzz_jpeg(const char *path, uint32_t seed, uint32_t rounds);
void check_sps_timing(const char *path, uint32_t seed, uint32_t rounds);
void fuzz_h264(const char *path, uint32_t seed, uint32_t rounds);

#endif
