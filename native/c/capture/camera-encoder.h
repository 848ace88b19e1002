/* Controls of an encoder inside a camera that delivers H.264. All are optional in drivers. Internal. */
#ifndef BV_CAMERA_ENCODER_H
#define BV_CAMERA_ENCODER_H

#include <stdbool.h>
#include <stdint.h>

/* Asks for what viewers need: no B-frames, parameter sets with every IDR, an IDR every second. Best effort. */
void bv_camera_encoder_prepare(int fd, uint32_t fps_millihertz);
bool bv_camera_encoder_can_force_keyframe(int fd);
/* -ENOTSUP when it cannot. */
int bv_camera_encoder_force_keyframe(int fd);

#endif
