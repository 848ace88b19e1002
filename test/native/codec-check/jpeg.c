#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include "../../../native/c/pixels/jpeg.h"
#include "../../../native/include/shim.h"
#include "check.h"

#define CAPACITY (1u << 20)

static double mean(const bv_picture *picture, int plane)
{
    const uint32_t width = plane == 0 ? picture->width : bv_half(picture->width);
    const uint32_t height = plane == 0 ? picture->height : bv_half(picture->height);
    double sum = 0;

    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            sum += picture->plane[plane][(size_t)y * picture->stride[plane] + x];
    return sum / width / height;
}

void print_jpeg(const char *path)
{
    uint32_t size;
    uint8_t *data = read_file(path, &size);
    bv_picture picture = {0};
    const int result = bv_jpeg_decode(data, size, &picture);

    if (result < 0)
        printf("{\"error\":%d}", result);
    else
        printf("{\"width\":%u,\"height\":%u,\"means\":[%.1f,%.1f,%.1f]}", picture.width, picture.height, mean(&picture, 0),
               mean(&picture, 1), mean(&picture, 2));
    bv_picture_free(&picture);
    free(data);
}

/* ffmpeg makes no grey JPEGs. A ramp. */
void write_grey_jpeg(const char *path)
{
    struct jpeg_compress_struct codec = {0};
    struct jpeg_error_mgr errors;
    uint8_t row[333];
    JSAMPROW rows[1] = {row};
    FILE *file = fopen(path, "wb");

    CHECK(file != NULL);
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_stdio_dest(&codec, file);
    codec.image_width = sizeof row;
    codec.image_height = 250;
    codec.input_components = 1;
    codec.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&codec);
    jpeg_start_compress(&codec, TRUE);
    while (codec.next_scanline < codec.image_height) {
        for (uint32_t x = 0; x < sizeof row; x++)
            row[x] = (uint8_t)((x + codec.next_scanline) / 3);
        jpeg_write_scanlines(&codec, rows, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    fclose(file);
}

void fuzz_jpeg(const char *path, uint32_t seed, uint32_t rounds)
{
    uint32_t size, decoded = 0;
    uint8_t *data = read_file(path, &size);
    bv_picture picture = {0};

    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t mutated_size;
        uint8_t *mutated = mutate(data, size, &seed, &mutated_size);
        const int result = bv_jpeg_decode(mutated, mutated_size, &picture);
        CHECK(result == 0 || result == BV_ERR_CORRUPT);
        if (result == 0) {
            decoded++;
            CHECK(mean(&picture, 0) + mean(&picture, 1) + mean(&picture, 2) >= 0);
        }
        free(mutated);
    }
    printf("%u of %u decoded", decoded, rounds);
    bv_picture_free(&picture);
    free(data);
}

static void round_trip(uint32_t width, uint32_t height, uint32_t full_range)
{
    bv_picture in = {0}, out = {0};
    uint8_t *jpeg = malloc(CAPACITY);
    static const uint8_t colour[3] = {150, 90, 170};

    CHECK(jpeg != NULL && bv_picture_allocate(&in, width, height) == 0);
    memset(in.memory, 0, in.capacity);
    for (int i = 0; i < 3; i++)
        memset(in.plane[i], colour[i], (size_t)in.stride[i] * (i == 0 ? height : bv_half(height)));
    in.full_range = full_range;
    const int size = bv_jpeg_encode(&in, 95, jpeg, CAPACITY);
    CHECK(size > 0 && bv_jpeg_decode(jpeg, (uint32_t)size, &out) == 0);
    CHECK(out.width == width && out.height == height && out.full_range == 1);
    for (int i = 0; i < 3; i++) {
        const double limited = i == 0 ? (colour[i] - 16) * 255.0 / 219 : 128 + (colour[i] - 128) * 255.0 / 224;
        const double difference = mean(&out, i) - (full_range ? colour[i] : limited);
        CHECK(difference < 1.5 && difference > -1.5);
    }
    CHECK(bv_jpeg_encode(&in, 95, jpeg, 300) == BV_ERR_ENCODER);
    free(jpeg);
    bv_picture_free(&in);
    bv_picture_free(&out);
}

void check_jpeg_round_trip(void)
{
    static const uint32_t sizes[][2] = {{64, 64}, {640, 360}, {66, 98}, {333, 251}, {2, 2}, {17, 3}};

    for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (uint32_t full_range = 0; full_range < 2; full_range++)
            round_trip(sizes[i][0], sizes[i][1], full_range);
}
