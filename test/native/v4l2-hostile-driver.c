/*
 * A V4L2 driver that lies: answers may be random, lists never end, buffers are not what they were said to be. It stands in for the
 * system calls that --wrap leads here; mapped memory ends at a guard page.
 */
#define _GNU_SOURCE 1

#include "v4l2-hostile-driver.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FAKE_FD 12345
#define PAGE 4096u

static uint64_t state = 1;
static uint32_t lies;
static int mappings;

void hostile_begin(uint64_t seed, uint32_t lies_percent)
{
    state = seed * 0x9e3779b97f4a7c15u + 1;
    lies = lies_percent;
}

int hostile_mappings(void)
{
    return mappings;
}

uint32_t hostile_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static bool lying(void)
{
    return hostile_random() % 100 < lies;
}

static void scramble(void *answer, size_t size)
{
    uint8_t *bytes = answer;
    const uint32_t edge = hostile_random() % 4;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(edge == 0 ? 0xff : edge == 1 ? 0 : hostile_random());
}

static uint32_t some_size(void)
{
    const uint32_t sizes[] = { 0, 1, 15, 16, 64, 65, 640, 4096, 4097, UINT32_MAX };
    return sizes[hostile_random() % (sizeof sizes / sizeof *sizes)];
}

static uint32_t some_fourcc(void)
{
    const uint32_t codes[] = { V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUV420M, V4L2_PIX_FMT_NV12M, V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_H264, 0 };
    return codes[hostile_random() % (sizeof codes / sizeof *codes)];
}

static void answer_format(struct v4l2_format *format)
{
    if (format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
        format->fmt.pix.width = lying() ? some_size() : 64;
        format->fmt.pix.height = lying() ? some_size() : 48;
        format->fmt.pix.bytesperline = lying() ? some_size() : 0;
        format->fmt.pix.pixelformat = lying() ? some_fourcc() : format->fmt.pix.pixelformat;
        return;
    }
    format->fmt.pix_mp.width = lying() ? some_size() : 64;
    format->fmt.pix_mp.height = lying() ? some_size() : 48;
    format->fmt.pix_mp.num_planes = (uint8_t)(lying() ? hostile_random() : format->fmt.pix_mp.pixelformat == V4L2_PIX_FMT_YUV420M ? 3 : format->fmt.pix_mp.pixelformat == V4L2_PIX_FMT_NV12M ? 2 : 1);
    for (int i = 0; i < 3; i++)
        format->fmt.pix_mp.plane_fmt[i].bytesperline = lying() ? some_size() : 0;
}

static void answer_size(struct v4l2_frmsizeenum *size)
{
    scramble(&size->stepwise, sizeof size->stepwise);
    size->type = 1 + hostile_random() % 3;
    if (hostile_random() % 2 == 0) /* a range with some sense in it */
        size->stepwise = (struct v4l2_frmsize_stepwise){ some_size(), some_size(), hostile_random() % 3, some_size(), some_size(), hostile_random() % 3 };
    if (lying())
        return;
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete.width = 64;
    size->discrete.height = 48;
}

static uint32_t some_length(void)
{
    return lying() ? some_size() * (hostile_random() % 1000) : 64 * 48 * 2;
}

static int answer_buffer(struct v4l2_buffer *buffer, bool filled)
{
    if (filled && hostile_random() % 4 == 0)
        return EAGAIN;
    if (filled && hostile_random() % 50 == 0)
        return lying() ? EIO : ENODEV;
    if (filled)
        buffer->index = lying() ? hostile_random() % 40 : hostile_random() % 4;
    const uint32_t length = some_length(), used = lying() ? some_size() : length;
    buffer->flags = lying() ? hostile_random() : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->sequence = hostile_random();
    buffer->timestamp.tv_sec = (long)(lying() ? (int32_t)hostile_random() : 1);
    buffer->timestamp.tv_usec = (long)(lying() ? (int32_t)hostile_random() : 1);
    if (buffer->type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
        buffer->length = length;
        buffer->bytesused = used;
        return 0;
    }
    for (uint32_t i = 0; i < buffer->length && i < VIDEO_MAX_PLANES; i++) {
        buffer->m.planes[i].length = some_length();
        buffer->m.planes[i].bytesused = lying() ? some_size() : length;
        buffer->m.planes[i].data_offset = lying() ? some_size() : 0;
    }
    if (!filled && lying())
        buffer->length = hostile_random() % 9;
    return 0;
}

static int answer(unsigned long request, void *argument)
{
    struct v4l2_capability *capability = argument;
    struct v4l2_query_ext_ctrl *control = argument;
    struct v4l2_requestbuffers *buffers = argument;
    struct v4l2_frmivalenum *interval = argument;
    switch (request) {
    case VIDIOC_QUERYCAP:
        scramble(capability, sizeof *capability); /* names without an end */
        capability->capabilities = capability->device_caps = V4L2_CAP_STREAMING | (state & 1 ? V4L2_CAP_VIDEO_CAPTURE : V4L2_CAP_VIDEO_CAPTURE_MPLANE);
        return 0;
    case VIDIOC_ENUM_FMT:
        ((struct v4l2_fmtdesc *)argument)->pixelformat = some_fourcc();
        return 0;
    case VIDIOC_ENUM_FRAMESIZES:
        answer_size(argument);
        return hostile_random() % 4 == 0 ? EINVAL : 0;
    case VIDIOC_ENUM_FRAMEINTERVALS:
        scramble(&interval->stepwise, sizeof interval->stepwise);
        interval->type = 1 + hostile_random() % 3;
        return hostile_random() % 4 == 0 ? EINVAL : 0;
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
        answer_format(argument);
        return 0;
    case VIDIOC_S_PARM:
        if (lying())
            scramble((char *)argument + 4, 100);
        return 0;
    case VIDIOC_REQBUFS:
        buffers->count = buffers->count == 0 ? 0 : lying() ? hostile_random() % 100 : 4;
        return 0;
    case VIDIOC_QUERYBUF:
        return answer_buffer(argument, false);
    case VIDIOC_DQBUF:
        return answer_buffer(argument, true);
    case VIDIOC_QBUF:
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        return lying() && hostile_random() % 8 == 0 ? EIO : 0;
    case VIDIOC_QUERY_EXT_CTRL: {
        const uint32_t asked = control->id;
        scramble(control, sizeof *control);
        control->type = hostile_random() % 10;
        control->id = lying() ? hostile_random() : (asked & 0x7fffffff) + (asked >> 31);
        control->nr_of_dims = 0;
        control->flags = 0;
        return 0;
    }
    default:
        return lying() ? EINVAL : 0;
    }
}

int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    (void)fd;
    errno = hostile_random() % 20 == 0 ? EINTR : answer(request, argument);
    return errno ? -1 : 0;
}

int __wrap_stat(const char *path, struct stat *out);
int __wrap_stat(const char *path, struct stat *out)
{
    (void)path;
    *out = (struct stat){ .st_mode = S_IFCHR, .st_rdev = makedev(81, 0) };
    return 0;
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    return FAKE_FD;
}

int __wrap_close(int fd);
int __wrap_close(int fd)
{
    return fd == FAKE_FD ? 0 : -1;
}

static size_t whole_pages(size_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

void *__real_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset)
{
    (void)hint, (void)flags, (void)fd, (void)offset;
    const size_t pages = whole_pages(size);
    char *memory = __real_mmap(NULL, pages + PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return MAP_FAILED;
    mprotect(memory + pages, PAGE, PROT_NONE);
    mappings++;
    return memory + (pages - size); /* the guard follows the last byte */
}

int __real_munmap(void *start, size_t size);
int __wrap_munmap(void *start, size_t size);
int __wrap_munmap(void *start, size_t size)
{
    mappings--;
    const size_t pages = whole_pages(size);
    return __real_munmap((char *)start - (pages - size), pages + PAGE);
}

int __wrap_poll(struct pollfd *events, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *events, nfds_t count, int timeout_ms)
{
    (void)count, (void)timeout_ms;
    events[0].revents = lying() ? (short)(hostile_random() & (POLLIN | POLLERR | POLLHUP)) : POLLIN;
    return events[0].revents != 0;
}
