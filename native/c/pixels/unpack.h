/* Raw camera formats to the working format. Internal. */
#ifndef BV_UNPACK_H
#define BV_UNPACK_H

#include "../pipeline/source.h"
#include "picture.h"

/* 1: an uncompressed format that bv_unpack reads. */
int bv_can_unpack(uint32_t fourcc);
/*
 * Makes `out` show `in`. I420 becomes a view of the source's own planes in `view` (valid as long as `in`); all else is
 * unpacked into `store`. *out points to the one used. BV_ERR_NO_FORMAT, BV_ERR_CORRUPT (strides too short), -ENOMEM.
 */
int bv_unpack(const bv_raw_picture *in, bv_picture *store, bv_picture *view, const bv_picture **out);

#endif
