/* Shared by the cases of this program. */
#ifndef CHECK_H
#define CHECK_H

#include "../../../native/include/shim.h"
#include "../check.h"

/* xorshift32: the same sequence everywhere. */
static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void doorbell(void);
bv_source_config source_of(uint32_t random);
bv_stream_config stream_of(uint32_t random);
/* Another stage, which may be refused, and another scene. */
void change_picture(bv_pipeline *pipeline, uint32_t *random);

/* Pipelines that show each other, and end in any order. */
void check_insets(uint32_t random);

#endif
