/* How libjpeg's errors leave it: by longjmp to the caller, silently. Internal. */
#ifndef BV_JPEG_FAILURE_H
#define BV_JPEG_FAILURE_H

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr manager; /* first: libjpeg hands out its address */
    jmp_buf exit;
} bv_jpeg_failure;

/* Prepares the error manager for `jpeg_common_struct.err`; the caller then does setjmp(failure->exit). */
struct jpeg_error_mgr *bv_jpeg_failure_prepare(bv_jpeg_failure *failure);

#endif
