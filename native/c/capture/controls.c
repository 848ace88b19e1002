/* Controls of a device: their list, menus, reading and setting. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../../include/shim.h"
#include "device.h"

#define MAX_CONTROLS 1024u   /* cameras have up to about 80; ids that never end must not hold us */
#define MAX_MENU_INDEX 1024u /* the largest menus of V4L2 have about 30 entries */

typedef struct v4l2_query_ext_ctrl description;

static int query(const bv_device *device, uint32_t id, description *out)
{
    *out = (description){ .id = id };
    return bv_ioctl(device->node.fd, VIDIOC_QUERY_EXT_CTRL, out);
}

/* One number that programs can show and set; arrays, strings and class headings are not. */
static bool is_scalar(const description *d)
{
    switch (d->type) {
    case V4L2_CTRL_TYPE_INTEGER:
    case V4L2_CTRL_TYPE_BOOLEAN:
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_BUTTON:
    case V4L2_CTRL_TYPE_INTEGER64:
    case V4L2_CTRL_TYPE_BITMASK:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
        return !(d->flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_HAS_PAYLOAD)) && d->nr_of_dims == 0;
    default:
        return false;
    }
}

/* Bit masks are unsigned on the wire although the ioctls carry signed numbers. */
static int64_t widen(const description *d, int64_t value)
{
    return d->type == V4L2_CTRL_TYPE_BITMASK ? (int64_t)(uint32_t)value : value;
}

static int64_t from_wire(const description *d, const struct v4l2_ext_control *control)
{
    return d->type == V4L2_CTRL_TYPE_INTEGER64 ? control->value64 : widen(d, control->value);
}

static int transfer(const bv_device *device, unsigned long request, struct v4l2_ext_control *control)
{
    struct v4l2_ext_controls controls = { .which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = control };
    return bv_ioctl(device->node.fd, request, &controls);
}

static int read_value(const bv_device *device, const description *d, int64_t *value)
{
    struct v4l2_ext_control control = { .id = d->id };
    if (d->flags & V4L2_CTRL_FLAG_WRITE_ONLY || d->type == V4L2_CTRL_TYPE_BUTTON)
        return -EACCES;
    int result = transfer(device, VIDIOC_G_EXT_CTRLS, &control);
    if (result == 0)
        *value = from_wire(d, &control);
    return result;
}

/* A control that exists and is a number; -EINVAL otherwise. */
static int find_scalar(const bv_device *device, uint32_t id, description *out)
{
    if (id & (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND))
        return -EINVAL; /* would describe another control */
    int result = query(device, id, out);
    if (result < 0)
        return result;
    return out->id == id && is_scalar(out) ? 0 : -EINVAL;
}

static void describe(const bv_device *device, const description *d, bv_control *out)
{
    *out = (bv_control){
        .id = d->id,
        .type = d->type,
        .flags = d->flags,
        .minimum = widen(d, d->minimum),
        .maximum = widen(d, d->maximum),
        .step = (int64_t)d->step,
        .default_value = widen(d, d->default_value),
    };
    memcpy(out->name, d->name, sizeof out->name);
    out->name[sizeof out->name - 1] = 0;
    if (read_value(device, d, &out->value) < 0)
        out->value = 0;
}

int bv_device_controls(bv_device *device, bv_control *out, uint32_t capacity)
{
    if (!device || (!out && capacity))
        return BV_ERR_BAD_ARGUMENT;
    uint32_t count = 0, last = 0;
    for (uint32_t i = 0; i < MAX_CONTROLS; i++) {
        description d;
        int result = query(device, last | V4L2_CTRL_FLAG_NEXT_CTRL, &d);
        if (result == -ENODEV)
            return result;
        if (result < 0 || d.id <= last)
            break;
        last = d.id;
        if (!is_scalar(&d))
            continue;
        if (count < capacity)
            describe(device, &d, &out[count]);
        count++;
    }
    return (int)count;
}

int bv_device_menu(bv_device *device, uint32_t control_id, bv_menu_item *out, uint32_t capacity)
{
    if (!device || (!out && capacity))
        return BV_ERR_BAD_ARGUMENT;
    description d;
    int result = find_scalar(device, control_id, &d);
    if (result < 0)
        return result;
    const bool numbers = d.type == V4L2_CTRL_TYPE_INTEGER_MENU;
    if (!numbers && d.type != V4L2_CTRL_TYPE_MENU)
        return BV_ERR_BAD_ARGUMENT;
    uint32_t count = 0;
    for (int64_t index = d.minimum > 0 ? d.minimum : 0; index <= d.maximum && index <= (int64_t)MAX_MENU_INDEX; index++) {
        struct v4l2_querymenu item = { .id = control_id, .index = (uint32_t)index };
        result = bv_ioctl(device->node.fd, VIDIOC_QUERYMENU, &item);
        if (result == -ENODEV)
            return result;
        if (result < 0)
            continue; /* menus have holes */
        if (count < capacity) {
            out[count] = (bv_menu_item){ .index = item.index, .value = numbers ? item.value : (int64_t)item.index };
            if (!numbers)
                memcpy(out[count].name, item.name, sizeof out[count].name - 1);
        }
        count++;
    }
    return (int)count;
}

int bv_device_get_control(bv_device *device, uint32_t control_id, int64_t *value)
{
    if (!device || !value)
        return BV_ERR_BAD_ARGUMENT;
    description d;
    int result = find_scalar(device, control_id, &d);
    return result < 0 ? result : read_value(device, &d, value);
}

static bool in_range(const description *d, int64_t value)
{
    if (d->type == V4L2_CTRL_TYPE_BUTTON)
        return true;
    if (d->type == V4L2_CTRL_TYPE_BITMASK)
        return value >= 0 && value <= UINT32_MAX && !((uint64_t)value & ~(uint64_t)(uint32_t)d->maximum);
    return value >= d->minimum && value <= d->maximum;
}

int bv_device_set_control(bv_device *device, uint32_t control_id, int64_t *value)
{
    if (!device || !value)
        return BV_ERR_BAD_ARGUMENT;
    description d;
    int result = find_scalar(device, control_id, &d);
    if (result < 0)
        return result;
    if (d.flags & V4L2_CTRL_FLAG_READ_ONLY)
        return -EACCES;
    if (!in_range(&d, *value))
        return -ERANGE; /* most drivers would clamp silently */
    struct v4l2_ext_control control = { .id = control_id };
    if (d.type == V4L2_CTRL_TYPE_INTEGER64)
        control.value64 = *value;
    else
        control.value = (int32_t)(uint32_t)*value;
    result = transfer(device, VIDIOC_S_EXT_CTRLS, &control);
    if (result == -EBUSY)
        return -EACCES; /* grabbed: locked while a capture runs */
    if (result == -EINVAL)
        return -ERANGE; /* a hole in a menu */
    if (result < 0)
        return result;
    *value = from_wire(&d, &control);
    int64_t now;
    if (read_value(device, &d, &now) == 0)
        *value = now;
    return 0;
}
