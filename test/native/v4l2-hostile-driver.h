/* The lying driver of v4l2-hostile-driver.c. */
#ifndef V4L2_HOSTILE_DRIVER_H
#define V4L2_HOSTILE_DRIVER_H

#include <stdint.h>

/* Everything that follows is decided by the seed; of 100 answers about `lies_percent` are random. */
void hostile_begin(uint64_t seed, uint32_t lies_percent);
uint32_t hostile_random(void);
/* Mapped buffers that were not unmapped. */
int hostile_mappings(void);

#endif
