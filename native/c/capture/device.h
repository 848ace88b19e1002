/* The handle behind bv_device. Internal. */
#ifndef BV_DEVICE_H
#define BV_DEVICE_H

#include "ioctl.h"

struct bv_device {
    bv_capture_node node;
};

#endif
