#include "buffers.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define MIN_BUFFERS 2u              /* one at the driver, one here */
#define MAX_PLANE_BYTES (64u << 20) /* 4096 × 4096 at four bytes: more is a broken answer */

/* A v4l2_buffer with room for its planes; `planes` must outlive `buffer`. */
static struct v4l2_buffer describe(const bv_buffers *b, uint32_t index, struct v4l2_plane *planes)
{
    struct v4l2_buffer buffer = { .type = b->type, .memory = V4L2_MEMORY_MMAP, .index = index };
    if (bv_is_multiplanar(b->type)) {
        memset(planes, 0, VIDEO_MAX_PLANES * sizeof *planes);
        buffer.m.planes = planes;
        buffer.length = VIDEO_MAX_PLANES;
    }
    return buffer;
}

static int map_plane(bv_buffers *b, uint32_t index, uint32_t plane, uint32_t size, uint32_t offset)
{
    if (size == 0 || size > MAX_PLANE_BYTES)
        return BV_ERR_NO_FORMAT;
    void *start = mmap(NULL, size, PROT_READ, MAP_SHARED, b->fd, (off_t)offset); /* unmapped by bv_buffers_stop */
    if (start == MAP_FAILED)
        return -errno;
    b->buffer[index].start[plane] = start;
    b->buffer[index].size[plane] = size;
    return 0;
}

static int map_buffer(bv_buffers *b, uint32_t index)
{
    struct v4l2_plane planes[VIDEO_MAX_PLANES];
    struct v4l2_buffer buffer = describe(b, index, planes);
    int result = bv_ioctl(b->fd, VIDIOC_QUERYBUF, &buffer);
    if (result < 0)
        return result;
    if (!bv_is_multiplanar(b->type))
        return map_plane(b, index, 0, buffer.length, buffer.m.offset);
    if (buffer.length < b->planes)
        return BV_ERR_NO_FORMAT;
    for (uint32_t i = 0; i < b->planes && result == 0; i++)
        result = map_plane(b, index, i, planes[i].length, planes[i].m.mem_offset);
    return result;
}

static int request(bv_buffers *b, uint32_t count)
{
    struct v4l2_requestbuffers request = { .type = b->type, .memory = V4L2_MEMORY_MMAP, .count = count };
    int result = bv_ioctl(b->fd, VIDIOC_REQBUFS, &request);
    if (result < 0 || count == 0)
        return result;
    b->count = request.count < BV_MAX_BUFFERS ? request.count : BV_MAX_BUFFERS;
    return b->count < MIN_BUFFERS ? -ENOMEM : 0;
}

int bv_buffers_start(bv_buffers *b, const bv_capture_node *node, uint32_t planes, uint32_t wanted)
{
    *b = (bv_buffers){ .fd = node->fd, .type = node->buffer_type, .planes = planes };
    int result = request(b, wanted);
    for (uint32_t i = 0; i < b->count && result == 0; i++) {
        result = map_buffer(b, i);
        if (result == 0)
            result = bv_buffers_give(b, i);
    }
    int type = (int)b->type;
    if (result == 0)
        result = bv_ioctl(b->fd, VIDIOC_STREAMON, &type);
    if (result < 0) {
        bv_buffers_stop(b);
        return result;
    }
    b->streaming = true;
    return 0;
}

void bv_buffers_stop(bv_buffers *b)
{
    int type = (int)b->type;
    if (b->streaming)
        (void)bv_ioctl(b->fd, VIDIOC_STREAMOFF, &type);
    for (uint32_t i = 0; i < b->count; i++)
        for (uint32_t plane = 0; plane < BV_MAX_PLANES; plane++)
            if (b->buffer[i].start[plane])
                munmap(b->buffer[i].start[plane], b->buffer[i].size[plane]);
    if (b->count)
        (void)request(b, 0);
    *b = (bv_buffers){ .fd = -1 };
}

/* Where the picture lies in one plane; false when the driver's numbers leave the mapping. */
static bool locate(const bv_buffer *own, uint32_t plane, uint32_t offset, uint32_t used, bv_filled *out)
{
    if (used > own->size[plane] || offset > used)
        return false;
    out->memory[plane] = own->start[plane] + offset;
    out->payload[plane] = used - offset;
    return true;
}

int bv_buffers_take(bv_buffers *b, bv_filled *out)
{
    struct v4l2_plane planes[VIDEO_MAX_PLANES];
    struct v4l2_buffer buffer = describe(b, 0, planes);
    int result = bv_ioctl(b->fd, VIDIOC_DQBUF, &buffer);
    if (result < 0)
        return result;
    if (buffer.index >= b->count || !b->buffer[buffer.index].queued)
        return -EIO; /* a driver that hands out what it has not got */
    bv_buffer *own = &b->buffer[buffer.index];
    own->queued = false;
    *out = (bv_filled){
        .index = buffer.index,
        .sequence = buffer.sequence,
        .damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0,
        .monotonic = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
        .capture_us = (uint64_t)buffer.timestamp.tv_sec * 1000000u + (uint64_t)buffer.timestamp.tv_usec,
    };
    for (uint32_t i = 0; i < b->planes; i++) {
        const bool inside = bv_is_multiplanar(b->type) ? locate(own, i, planes[i].data_offset, planes[i].bytesused, out) : locate(own, 0, 0, buffer.bytesused, out);
        out->damaged |= !inside;
    }
    return 0;
}

int bv_buffers_give(bv_buffers *b, uint32_t index)
{
    if (index >= b->count || b->buffer[index].queued)
        return -EINVAL;
    struct v4l2_plane planes[VIDEO_MAX_PLANES];
    struct v4l2_buffer buffer = describe(b, index, planes);
    if (bv_is_multiplanar(b->type))
        buffer.length = b->planes;
    int result = bv_ioctl(b->fd, VIDIOC_QBUF, &buffer);
    b->buffer[index].queued = result == 0;
    return result;
}
