/* Calls into a V4L2 driver and the identity of its node. Internal. */
#ifndef BV_IOCTL_H
#define BV_IOCTL_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>

/* ioctl(2) that goes on after a signal; 0 or -errno. */
int bv_ioctl(int fd, unsigned long request, void *argument);

/* An open capture node; who fills it closes fd. */
typedef struct {
    int fd;
    uint32_t buffer_type; /* V4L2_BUF_TYPE_VIDEO_CAPTURE or _MPLANE */
    struct v4l2_capability capability;
} bv_capture_node;

/* Opens `path` when it is a streaming video capture node. -errno of open, BV_ERR_NOT_CAPTURE; *out is then untouched. */
int bv_capture_node_open(const char *path, bv_capture_node *out);

/* The capabilities of the node itself, not of the whole device. */
uint32_t bv_node_capabilities(const struct v4l2_capability *capability);

bool bv_is_multiplanar(uint32_t buffer_type);

#endif
