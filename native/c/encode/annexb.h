/* The byte stream format of H.264 (annex B). Internal. */
#ifndef BV_ANNEXB_H
#define BV_ANNEXB_H

#include "../../include/shim.h"

#define BV_NAL_SLICE 1u
#define BV_NAL_IDR 5u
#define BV_NAL_SPS 7u
#define BV_NAL_PPS 8u

typedef struct {
    uint32_t count;
    uint32_t offset[BV_MAX_NALS]; /* of the header byte, from the beginning of the unit */
    uint32_t size[BV_MAX_NALS];   /* start code and trailing zeros excluded */
} bv_nal_list;

/* Finds the NAL units behind start codes of three or four bytes; empty ones are left out. 0; BV_ERR_CORRUPT: none, or more than BV_MAX_NALS. */
int bv_annexb_split(const uint8_t *data, uint32_t size, bv_nal_list *out);
/* Index of the first NAL unit of a type, or -1. */
int bv_annexb_find(const bv_nal_list *list, const uint8_t *data, uint32_t type);

#endif
