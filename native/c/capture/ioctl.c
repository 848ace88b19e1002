#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../../include/shim.h"

#define MAX_INTERRUPTIONS 100 /* a thread whose signals never stop must still return */
#define VIDEO4LINUX_MAJOR 81  /* Documentation/admin-guide/devices.txt */

int bv_ioctl(int fd, unsigned long request, void *argument)
{
    for (int i = 0; i < MAX_INTERRUPTIONS; i++) {
        if (ioctl(fd, request, argument) >= 0)
            return 0;
        if (errno != EINTR)
            return -errno;
    }
    return -EINTR;
}

uint32_t bv_node_capabilities(const struct v4l2_capability *capability)
{
    return capability->capabilities & V4L2_CAP_DEVICE_CAPS ? capability->device_caps : capability->capabilities;
}

bool bv_is_multiplanar(uint32_t buffer_type)
{
    return buffer_type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

/* The capture queue's type, 0 when the node is none of ours (metadata, codec, output, read()-only). */
static uint32_t capture_type(uint32_t capabilities)
{
    const uint32_t processing = V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE;
    if (!(capabilities & V4L2_CAP_STREAMING) || (capabilities & processing))
        return 0;
    if (capabilities & V4L2_CAP_VIDEO_CAPTURE)
        return V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return capabilities & V4L2_CAP_VIDEO_CAPTURE_MPLANE ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : 0;
}

int bv_capture_node_open(const char *path, bv_capture_node *out)
{
    /* Opening some other kind of node may already do something (a watchdog, a tape), so the kind is asked first. */
    struct stat status;
    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISCHR(status.st_mode) || major(status.st_rdev) != VIDEO4LINUX_MAJOR)
        return BV_ERR_NOT_CAPTURE;

    bv_capture_node node = { .fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) };
    if (node.fd < 0)
        return errno == ENXIO ? -ENODEV : -errno;
    int result = bv_ioctl(node.fd, VIDIOC_QUERYCAP, &node.capability);
    if (result == 0) {
        node.buffer_type = capture_type(bv_node_capabilities(&node.capability));
        result = node.buffer_type ? 0 : BV_ERR_NOT_CAPTURE;
    } else if (result != -ENODEV) {
        result = BV_ERR_NOT_CAPTURE;
    }
    if (result < 0) {
        close(node.fd);
        return result;
    }
    *out = node;
    return 0;
}
