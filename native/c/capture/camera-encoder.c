#include "camera-encoder.h"

#include <errno.h>

#include "ioctl.h"

#define UNKNOWN_FPS_MILLIHERTZ 15000u /* a low guess keeps the GOP short when the rate is unknown */

static bool find_control(int fd, uint32_t id, struct v4l2_queryctrl *out)
{
    *out = (struct v4l2_queryctrl){ .id = id };
    return bv_ioctl(fd, VIDIOC_QUERYCTRL, out) == 0 && !(out->flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY));
}

static int set(int fd, uint32_t id, int32_t value)
{
    struct v4l2_ext_control control = { .id = id, .value = value };
    struct v4l2_ext_controls controls = { .which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = &control };
    return bv_ioctl(fd, VIDIOC_S_EXT_CTRLS, &controls);
}

static void set_if_there(int fd, uint32_t id, int32_t value)
{
    struct v4l2_queryctrl control;
    if (!find_control(fd, id, &control))
        return;
    value = value < control.minimum ? control.minimum : value > control.maximum ? control.maximum : value;
    (void)set(fd, id, value);
}

void bv_camera_encoder_prepare(int fd, uint32_t fps_millihertz)
{
    const uint32_t rate = fps_millihertz ? fps_millihertz : UNKNOWN_FPS_MILLIHERTZ;
    const int32_t gop = (int32_t)(rate >= 2000 ? rate / 1000 : 1);
    set_if_there(fd, V4L2_CID_MPEG_VIDEO_B_FRAMES, 0);
    set_if_there(fd, V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, 1);
    set_if_there(fd, V4L2_CID_MPEG_VIDEO_GOP_SIZE, gop);
    set_if_there(fd, V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, gop);
}

bool bv_camera_encoder_can_force_keyframe(int fd)
{
    struct v4l2_queryctrl control;
    return find_control(fd, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, &control);
}

int bv_camera_encoder_force_keyframe(int fd)
{
    return bv_camera_encoder_can_force_keyframe(fd) ? set(fd, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 1) : -ENOTSUP;
}
