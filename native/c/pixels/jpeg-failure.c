#include "jpeg-failure.h"

#include <jerror.h>

#define WARNING (-1)

static void leave(j_common_ptr codec)
{
    bv_jpeg_failure *failure = (bv_jpeg_failure *)codec->err;
    longjmp(failure->exit, 1);
}

/* Damage is a reason to leave; surplus bytes between markers, which many cameras send, are not. */
static void weigh_message(j_common_ptr codec, int level)
{
    if (level == WARNING && codec->err->msg_code != JWRN_EXTRANEOUS_DATA)
        leave(codec);
}

static void say_nothing(j_common_ptr codec)
{
    (void)codec;
}

struct jpeg_error_mgr *bv_jpeg_failure_prepare(bv_jpeg_failure *failure)
{
    jpeg_std_error(&failure->manager);
    failure->manager.error_exit = leave;
    failure->manager.emit_message = weigh_message;
    failure->manager.output_message = say_nothing;
    return &failure->manager;
}
