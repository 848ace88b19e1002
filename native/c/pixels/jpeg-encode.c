#include <string.h>

#include "../../include/shim.h"
#include "jpeg-failure.h"
#include "jpeg.h"

#define BAND_ROWS 16u

/* One row of MCUs, padded to their width by repeating the last sample. */
typedef struct {
    uint8_t luma[BAND_ROWS][BV_MAX_WIDTH + 16];
    uint8_t chroma[2][BAND_ROWS / 2][BV_MAX_WIDTH / 2 + 8];
} band;

typedef struct {
    uint8_t luma[256];
    uint8_t chroma[256];
} range_table;

static uint8_t clamp(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* JPEG samples are full range (JFIF 1.02). */
static void make_range_table(range_table *table, int full_range)
{
    for (int i = 0; i < 256; i++) {
        table->luma[i] = full_range ? (uint8_t)i : clamp(((i - 16) * 255 + (i < 16 ? -109 : 109)) / 219);
        table->chroma[i] = full_range ? (uint8_t)i : clamp(128 + ((i - 128) * 255 + (i < 128 ? -112 : 112)) / 224);
    }
}

static void fill_row(const uint8_t *in, const uint8_t *table, uint8_t *out, uint32_t width, uint32_t padded)
{
    for (uint32_t x = 0; x < width; x++)
        out[x] = table[in[x]];
    memset(out + width, out[width - 1], padded - width);
}

static void fill_band(const bv_picture *picture, const range_table *table, uint32_t top, band *band)
{
    const uint32_t padded = (picture->width + 15u) & ~15u;
    const uint32_t chroma_height = bv_half(picture->height);

    for (uint32_t i = 0; i < BAND_ROWS; i++) {
        const uint32_t y = top + i < picture->height ? top + i : picture->height - 1;
        fill_row(picture->plane[0] + (size_t)y * picture->stride[0], table->luma, band->luma[i], picture->width, padded);
    }
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t i = 0; i < BAND_ROWS / 2; i++) {
            const uint32_t y = top / 2 + i < chroma_height ? top / 2 + i : chroma_height - 1;
            fill_row(picture->plane[1 + c] + (size_t)y * picture->stride[1 + c], table->chroma, band->chroma[c][i],
                     bv_half(picture->width), padded / 2);
        }
}

static void configure(struct jpeg_compress_struct *codec, const bv_picture *picture, uint32_t quality)
{
    codec->image_width = picture->width;
    codec->image_height = picture->height;
    codec->input_components = 3;
    codec->in_color_space = JCS_YCbCr;
    jpeg_set_defaults(codec); /* 4:2:0 */
    jpeg_set_quality(codec, (int)quality, TRUE);
    codec->raw_data_in = TRUE;
    codec->dct_method = JDCT_IFAST;
}

/* A destination of fixed size: libjpeg's own would reallocate behind our back. */
static void begin_output(j_compress_ptr codec)
{
    (void)codec;
}

static boolean refuse_more_output(j_compress_ptr codec)
{
    codec->err->error_exit((j_common_ptr)codec);
    return FALSE;
}

static int run(struct jpeg_compress_struct *codec, bv_jpeg_failure *failure, const bv_picture *picture, uint32_t quality)
{
    band band;
    range_table table;
    JSAMPROW rows[3][BAND_ROWS];
    JSAMPARRAY components[3] = {rows[0], rows[1], rows[2]};

    if (setjmp(failure->exit) != 0)
        return BV_ERR_ENCODER;
    make_range_table(&table, picture->full_range != 0);
    for (uint32_t i = 0; i < BAND_ROWS; i++)
        rows[0][i] = band.luma[i];
    for (uint32_t i = 0; i < BAND_ROWS / 2; i++) {
        rows[1][i] = band.chroma[0][i];
        rows[2][i] = band.chroma[1][i];
    }
    configure(codec, picture, quality);
    jpeg_start_compress(codec, TRUE);
    while (codec->next_scanline < codec->image_height) {
        fill_band(picture, &table, codec->next_scanline, &band);
        jpeg_write_raw_data(codec, components, BAND_ROWS);
    }
    jpeg_finish_compress(codec);
    return 0;
}

int bv_jpeg_encode(const bv_picture *picture, uint32_t quality, uint8_t *out, uint32_t capacity)
{
    struct jpeg_compress_struct codec = {0};
    struct jpeg_destination_mgr destination = {.next_output_byte = out,
                                               .free_in_buffer = capacity,
                                               .init_destination = begin_output,
                                               .empty_output_buffer = refuse_more_output,
                                               .term_destination = begin_output};
    bv_jpeg_failure failure;
    int result;

    if (picture->width < 2 || picture->height < 2 || picture->width > BV_MAX_WIDTH || picture->height > BV_MAX_HEIGHT)
        return BV_ERR_BAD_ARGUMENT;
    codec.err = bv_jpeg_failure_prepare(&failure);
    if (setjmp(failure.exit) != 0) /* run sets its own; this one is for the creation only */
        return BV_ERR_ENCODER;
    jpeg_create_compress(&codec);
    codec.dest = &destination;
    result = run(&codec, &failure, picture, quality);
    jpeg_destroy_compress(&codec);
    return result < 0 ? result : (int)(capacity - destination.free_in_buffer);
}
