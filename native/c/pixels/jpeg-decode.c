#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/shim.h"
#include "jpeg-failure.h"
#include "jpeg.h"

#define MAX_RATIO 4u                       /* of luma to chroma sampling, each direction */
#define MAX_ROWS (MAX_RATIO * DCTSIZE)     /* of one component in one row of MCUs */
#define MAX_LIBRARY_BYTES (64L << 20)      /* libjpeg's own memory; baseline needs far less */

typedef struct {
    struct jpeg_decompress_struct codec;
    bv_jpeg_failure failure;
    bv_picture *out;
    uint8_t *band;             /* one row of MCUs of chroma that is not 4:2:0, and rows below the picture */
    uint8_t *component_band[3];
    size_t band_stride[3];
    uint32_t ratio_x[3];       /* luma samples for one sample of the component */
    uint32_t ratio_y[3];
} decoder;

static int geometry(decoder *decoder)
{
    const struct jpeg_decompress_struct *codec = &decoder->codec;
    const int colour = codec->num_components == 3 && codec->jpeg_color_space == JCS_YCbCr;

    if (codec->image_width < 2 || codec->image_height < 2 || codec->image_width > BV_MAX_WIDTH ||
        codec->image_height > BV_MAX_HEIGHT || codec->data_precision != 8 || codec->progressive_mode || codec->arith_code)
        return BV_ERR_CORRUPT;
    if (!colour && codec->num_components != 1)
        return BV_ERR_CORRUPT;
    for (int i = 0; i < codec->num_components; i++) {
        const jpeg_component_info *component = &codec->comp_info[i];
        const int x = codec->max_h_samp_factor, y = codec->max_v_samp_factor;
        if (x % component->h_samp_factor != 0 || y % component->v_samp_factor != 0)
            return BV_ERR_CORRUPT;
        decoder->ratio_x[i] = (uint32_t)(x / component->h_samp_factor);
        decoder->ratio_y[i] = (uint32_t)(y / component->v_samp_factor);
        if (decoder->ratio_x[i] == 3 || decoder->ratio_y[i] == 3 || decoder->ratio_x[i] > MAX_RATIO || decoder->ratio_y[i] > MAX_RATIO)
            return BV_ERR_CORRUPT;
    }
    return decoder->ratio_x[0] == 1 && decoder->ratio_y[0] == 1 ? 0 : BV_ERR_CORRUPT;
}

/* One band for each component: a row of MCUs, as wide as libjpeg writes. */
static int allocate_band(decoder *decoder)
{
    size_t total = 0, start[3] = {0};

    for (int i = 0; i < decoder->codec.num_components; i++) {
        const jpeg_component_info *component = &decoder->codec.comp_info[i];
        decoder->band_stride[i] = (size_t)component->width_in_blocks * DCTSIZE + 2 * DCTSIZE;
        start[i] = total;
        total += decoder->band_stride[i] * (size_t)component->v_samp_factor * DCTSIZE;
    }
    decoder->band = calloc(1, total);
    if (decoder->band == NULL)
        return -ENOMEM;
    for (int i = 0; i < decoder->codec.num_components; i++)
        decoder->component_band[i] = decoder->band + start[i];
    return 0;
}

/* 1: libjpeg may write the component straight into the picture. */
static int is_direct(const decoder *decoder, int component)
{
    const uint32_t subsampling = component == 0 ? 1 : 2;
    const size_t written = (size_t)decoder->codec.comp_info[component].width_in_blocks * DCTSIZE;
    return decoder->ratio_x[component] == subsampling && decoder->ratio_y[component] == subsampling &&
           written <= decoder->out->stride[component];
}

/* Where libjpeg is to put the rows of the MCU row that begins at luma row `top`. */
static void aim_rows(const decoder *decoder, uint32_t top, int component, JSAMPROW rows[MAX_ROWS])
{
    const bv_picture *out = decoder->out;
    const uint32_t count = (uint32_t)decoder->codec.comp_info[component].v_samp_factor * DCTSIZE;
    const uint32_t height = component == 0 ? out->height : bv_half(out->height);
    const uint32_t first = component == 0 ? top : top / 2;
    const int direct = is_direct(decoder, component);

    for (uint32_t i = 0; i < count; i++)
        rows[i] = direct && first + i < height ? out->plane[component] + (size_t)(first + i) * out->stride[component]
                                               : decoder->component_band[component] + i * decoder->band_stride[component];
}

/* One row of 4:2:0 chroma from the component's rows `a` and `b` (the same one when it has no more). */
static void reduce_row(const uint8_t *a, const uint8_t *b, uint32_t ratio_x, uint8_t *out, uint32_t width)
{
    if (ratio_x == 1) {
        for (uint32_t x = 0; x < width; x++)
            out[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2);
    } else if (ratio_x == 2) {
        for (uint32_t x = 0; x < width; x++)
            out[x] = (uint8_t)((a[x] + b[x] + 1) >> 1);
    } else {
        for (uint32_t x = 0; x < width; x++)
            out[x] = (uint8_t)((a[x / 2] + b[x / 2] + 1) >> 1);
    }
}

/* Brings the band of a component that is not aimed at the picture into it. */
static void store_band(const decoder *decoder, uint32_t top, int component)
{
    bv_picture *out = decoder->out;
    const uint32_t rows = (uint32_t)decoder->codec.max_v_samp_factor * DCTSIZE;
    const uint32_t ratio_y = decoder->ratio_y[component];
    const size_t stride = decoder->band_stride[component];

    if (component == 0) {
        for (uint32_t y = 0; y < rows && top + y < out->height; y++)
            memcpy(out->plane[0] + (size_t)(top + y) * out->stride[0], decoder->component_band[0] + y * stride, out->width);
        return;
    }
    for (uint32_t y = 0; y < rows / 2 && top / 2 + y < bv_half(out->height); y++) {
        const uint8_t *a = decoder->component_band[component] + 2 * y / ratio_y * stride;
        const uint8_t *b = decoder->component_band[component] + (2 * y + 1) / ratio_y * stride;
        uint8_t *row = out->plane[component] + (size_t)(top / 2 + y) * out->stride[component];
        reduce_row(a, b, decoder->ratio_x[component], row, bv_half(out->width));
    }
}

static void read_rows(decoder *decoder)
{
    struct jpeg_decompress_struct *codec = &decoder->codec;
    JSAMPROW rows[3][MAX_ROWS];
    JSAMPARRAY components[3] = {rows[0], rows[1], rows[2]};

    while (codec->output_scanline < codec->output_height) {
        const uint32_t top = codec->output_scanline;
        for (int i = 0; i < codec->num_components; i++)
            aim_rows(decoder, top, i, rows[i]);
        if (jpeg_read_raw_data(codec, components, (JDIMENSION)codec->max_v_samp_factor * DCTSIZE) == 0)
            longjmp(decoder->failure.exit, 1);
        for (int i = 0; i < codec->num_components; i++)
            if (!is_direct(decoder, i))
                store_band(decoder, top, i);
    }
}

static int run(decoder *decoder, const uint8_t *data, uint32_t size)
{
    struct jpeg_decompress_struct *codec = &decoder->codec;
    bv_picture *out = decoder->out;
    int result;

    if (setjmp(decoder->failure.exit) != 0)
        return BV_ERR_CORRUPT;
    jpeg_create_decompress(codec);
    codec->mem->max_memory_to_use = MAX_LIBRARY_BYTES;
    jpeg_mem_src(codec, data, size);
    if (jpeg_read_header(codec, TRUE) != JPEG_HEADER_OK)
        return BV_ERR_CORRUPT;
    codec->raw_data_out = TRUE;
    codec->dct_method = JDCT_IFAST;
    codec->do_fancy_upsampling = FALSE;
    codec->out_color_space = codec->jpeg_color_space;
    if ((result = geometry(decoder)) < 0)
        return result;
    jpeg_start_decompress(codec);
    if ((result = bv_picture_allocate(out, codec->image_width, codec->image_height)) < 0 || (result = allocate_band(decoder)) < 0)
        return result;
    read_rows(decoder);
    jpeg_finish_decompress(codec);
    if (codec->num_components == 1)
        for (int i = 1; i < 3; i++)
            memset(out->plane[i], 128, (size_t)out->stride[i] * bv_half(out->height));
    out->full_range = 1;
    return 0;
}

int bv_jpeg_decode(const uint8_t *data, uint32_t size, bv_picture *out)
{
    decoder decoder = {.out = out};
    int result;

    decoder.codec.err = bv_jpeg_failure_prepare(&decoder.failure);
    result = run(&decoder, data, size);
    jpeg_destroy_decompress(&decoder.codec);
    free(decoder.band);
    return result;
}
