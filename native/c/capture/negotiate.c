#include "negotiate.h"

#include <errno.h>

/* Rows padded beyond this are a broken answer: four bytes a pixel and an alignment of a page. */
#define MAX_STRIDE (BV_MAX_WIDTH * 4u + 4096u)
#define MIN_SIDE 16u /* smaller than one macroblock is no picture */

static void fill_request(struct v4l2_format *request, const bv_mode *mode)
{
    /* bytesperline stays 0: left over from another size, some drivers keep it. */
    if (bv_is_multiplanar(request->type)) {
        request->fmt.pix_mp.pixelformat = mode->fourcc;
        request->fmt.pix_mp.width = mode->width;
        request->fmt.pix_mp.height = mode->height;
        request->fmt.pix_mp.field = V4L2_FIELD_NONE;
    } else {
        request->fmt.pix.pixelformat = mode->fourcc;
        request->fmt.pix.width = mode->width;
        request->fmt.pix.height = mode->height;
        request->fmt.pix.field = V4L2_FIELD_NONE;
    }
}

/* What both kinds of answer say. */
typedef struct {
    uint32_t fourcc, field, planes;
    uint32_t colorspace, ycbcr, quantization;
} answer;

static answer read_answer(const struct v4l2_format *format, bv_picture_format *out)
{
    if (bv_is_multiplanar(format->type)) {
        const struct v4l2_pix_format_mplane *pix = &format->fmt.pix_mp;
        out->width = pix->width;
        out->height = pix->height;
        for (uint32_t i = 0; i < BV_MAX_PLANES; i++)
            out->stride[i] = pix->plane_fmt[i].bytesperline;
        return (answer){ pix->pixelformat, pix->field, pix->num_planes, pix->colorspace, pix->ycbcr_enc, pix->quantization };
    }
    const struct v4l2_pix_format *pix = &format->fmt.pix;
    out->width = pix->width;
    out->height = pix->height;
    out->stride[0] = pix->bytesperline;
    return (answer){ pix->pixelformat, pix->field, 1, pix->colorspace, pix->ycbcr_enc, pix->quantization };
}

static bool is_whole_frame(uint32_t field)
{
    return field == V4L2_FIELD_ANY || field == V4L2_FIELD_NONE || field == V4L2_FIELD_INTERLACED || field == V4L2_FIELD_INTERLACED_TB || field == V4L2_FIELD_INTERLACED_BT;
}

static bool is_full_range(const bv_pixel_format *format, const answer *a)
{
    if (format->coding == BV_CODING_JPEG)
        return true; /* JFIF */
    const uint32_t quantization = a->quantization != V4L2_QUANTIZATION_DEFAULT ? a->quantization : (uint32_t)V4L2_MAP_QUANTIZATION_DEFAULT(false, a->colorspace, a->ycbcr);
    return quantization == V4L2_QUANTIZATION_FULL_RANGE;
}

static bool settle_strides(bv_picture_format *picture)
{
    for (uint32_t i = 0; i < picture->format->memory_planes; i++) {
        uint32_t least = bv_pixel_format_row_bytes(picture->format, picture->width);
        if (i > 0 && picture->format->memory_planes == 3)
            least = (picture->width + 1) / 2;
        if (picture->stride[i] == 0)
            picture->stride[i] = least; /* some drivers leave it out */
        if (picture->stride[i] < least || picture->stride[i] > MAX_STRIDE)
            return false;
    }
    return true;
}

static int set_format(const bv_capture_node *node, const bv_mode *mode, bv_picture_format *out)
{
    struct v4l2_format format = { .type = node->buffer_type };
    fill_request(&format, mode);
    int result = bv_ioctl(node->fd, VIDIOC_S_FMT, &format);
    if (result < 0)
        return result == -EINVAL ? BV_ERR_NO_FORMAT : result;
    const answer a = read_answer(&format, out);
    out->format = bv_pixel_format_find(mode->fourcc);
    if (a.fourcc != mode->fourcc || a.planes != out->format->memory_planes || !is_whole_frame(a.field))
        return BV_ERR_NO_FORMAT;
    if (out->width < MIN_SIDE || out->height < MIN_SIDE || out->width > BV_MAX_WIDTH || out->height > BV_MAX_HEIGHT)
        return BV_ERR_NO_FORMAT;
    out->full_range = is_full_range(out->format, &a);
    return out->format->coding != BV_CODING_RAW || settle_strides(out) ? 0 : BV_ERR_NO_FORMAT;
}

/* After S_FMT, which resets it in many drivers. One without a settable rate is taken as it is. */
static int set_rate(const bv_capture_node *node, uint32_t fps_millihertz, uint32_t *out)
{
    struct v4l2_streamparm parameters = { .type = node->buffer_type };
    parameters.parm.capture.timeperframe = (struct v4l2_fract){ .numerator = 1000, .denominator = fps_millihertz };
    int result = bv_ioctl(node->fd, VIDIOC_S_PARM, &parameters);
    if (result == -ENODEV || result == -EBUSY)
        return result;
    *out = result == 0 ? bv_fps_millihertz(parameters.parm.capture.timeperframe) : 0;
    return 0;
}

int bv_mode_apply(const bv_capture_node *node, const bv_mode *mode, const bv_wish *wish, bv_picture_format *out)
{
    bv_picture_format picture = { 0 };
    int result = set_format(node, mode, &picture);
    if (result == 0)
        result = set_rate(node, mode->fps_millihertz ? mode->fps_millihertz : wish->fps_millihertz, &picture.fps_millihertz);
    if (result == 0)
        *out = picture;
    return result;
}
