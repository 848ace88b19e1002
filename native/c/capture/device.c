#include "device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../include/shim.h"
#include "modes.h"

/* Strings of drivers need not end. */
static void copy_text(char *out, size_t out_size, const void *text, size_t text_size)
{
    size_t size = text_size < out_size ? text_size : out_size - 1;
    memset(out, 0, out_size);
    memcpy(out, text, size);
    out[out_size - 1] = 0;
}

int bv_device_open(const char *path, bv_device **out)
{
    if (!path || !out)
        return BV_ERR_BAD_ARGUMENT;
    bv_device *device = calloc(1, sizeof *device); /* freed by bv_device_close */
    if (!device)
        return -ENOMEM;
    int result = bv_capture_node_open(path, &device->node);
    if (result < 0) {
        free(device);
        return result;
    }
    *out = device;
    return 0;
}

void bv_device_close(bv_device *device)
{
    if (!device)
        return;
    close(device->node.fd);
    free(device);
}

int bv_device_identify(bv_device *device, bv_device_identity *out)
{
    if (!device || !out)
        return BV_ERR_BAD_ARGUMENT;
    struct v4l2_capability capability = { 0 }; /* asked again: tells a device that is gone */
    int result = bv_ioctl(device->node.fd, VIDIOC_QUERYCAP, &capability);
    if (result < 0)
        return result;
    *out = (bv_device_identity){
        .version = capability.version,
        .capabilities = bv_node_capabilities(&capability),
        .multiplanar = bv_is_multiplanar(device->node.buffer_type),
    };
    copy_text(out->driver, sizeof out->driver, capability.driver, sizeof capability.driver);
    copy_text(out->card, sizeof out->card, capability.card, sizeof capability.card);
    copy_text(out->bus, sizeof out->bus, capability.bus_info, sizeof capability.bus_info);
    return 0;
}

int bv_device_modes(bv_device *device, bv_mode *out, uint32_t capacity)
{
    if (!device || (!out && capacity))
        return BV_ERR_BAD_ARGUMENT;
    bv_mode_list list = { .modes = out, .capacity = capacity };
    int result = bv_modes_collect(&device->node, NULL, &list);
    return result < 0 ? result : (int)list.count;
}
