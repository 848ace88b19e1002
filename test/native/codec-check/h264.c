#include <string.h>

#include "../../../native/c/encode/annexb.h"
#include "../../../native/c/encode/h264-syntax.h"
#include "../../../native/c/encode/sps-timing.h"
#include "../../../native/c/pipeline/camera-stream.h"
#include "check.h"

/* The same by the definition of annex B: 00 00 01 begins a unit, trailing zeros belong to nothing. */
static void split_simply(const uint8_t *data, uint32_t size, bv_nal_list *out, int *too_many)
{
    uint32_t begin = 0;
    int inside = 0;

    out->count = 0;
    *too_many = 0;
    for (uint32_t i = 0; i <= size; i++) {
        const int start = i + 3 <= size && data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1;
        if (!start && i < size)
            continue;
        uint32_t end = i;
        while (inside && end > begin && data[end - 1] == 0)
            end--;
        if (inside && end > begin) {
            if (out->count == BV_MAX_NALS) {
                *too_many = 1;
                return;
            }
            out->offset[out->count] = begin;
            out->size[out->count++] = end - begin;
        }
        begin = i + 3;
        inside = 1;
        i += start ? 2 : 0;
    }
}

void check_annexb(uint32_t seed, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t size = 1 + random_next(&seed) % 400;
        uint8_t *data = malloc(size);
        bv_nal_list found, expected;
        int too_many;
        CHECK(data != NULL);
        for (uint32_t i = 0; i < size; i++) /* mostly zeros and ones: dense in start codes, whole and broken */
            data[i] = (uint8_t)(random_next(&seed) % 100 < 90 ? random_next(&seed) % 3 == 0 : random_next(&seed));
        split_simply(data, size, &expected, &too_many);
        const int result = bv_annexb_split(data, size, &found);
        CHECK((result == 0) == (expected.count > 0 && !too_many));
        if (result == 0) {
            CHECK(found.count == expected.count);
            CHECK(memcmp(found.offset, expected.offset, found.count * sizeof found.offset[0]) == 0);
            CHECK(memcmp(found.size, expected.size, found.count * sizeof found.size[0]) == 0);
        }
        free(data);
    }
}

/* Feeds a stream access unit by access unit, some of them damaged, to what handles a camera's own H.264. */
void fuzz_h264(const char *path, uint32_t seed, uint32_t rounds)
{
    uint32_t size, passed = 0, decoded = 0;
    uint8_t *data = read_file(path, &size);
    const bv_stream_config main = {.enabled = 1, .width = 320, .height = 180, .fps = 25, .bitrate_kbps = 500, .gop = 25};
    bv_camera_stream stream = {0};
    bv_picture picture = {0};
    bv_coded coded;

    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t used;
        uint8_t *unit = round % 4 == 0 ? mutate(data, size, &seed, &used) : memcpy(malloc(size), data, used = size);
        const bv_raw_picture raw = {.plane = {unit}, .size = used, .width = 320, .height = 180};
        const int result = bv_camera_stream_examine(&stream, &raw, &main, &coded);
        passed += result == 1;
        CHECK(result <= 1);
        if (result >= 0 && bv_camera_stream_decode(&stream, &coded, &picture) == 1) {
            decoded++;
            CHECK(picture.width >= 2 && picture.plane[2][picture.stride[2] * (bv_half(picture.height) - 1)] < 256);
        }
        free(unit);
    }
    printf("{\"passed\":%u,\"decoded\":%u}", passed, decoded);
    bv_camera_stream_close(&stream);
    free(data);
}

/* Adds timing to an SPS (a file of one NAL unit) and prints the result in hex; then to damaged ones, which must stay what they were beside it. */
void check_sps_timing(const char *path, uint32_t seed, uint32_t rounds)
{
    uint32_t size;
    uint8_t out[512];
    uint8_t *data = read_file(path, &size);

    const int made = bv_sps_add_timing(data, size, 30, out, sizeof out);
    CHECK(made > 0);
    for (int i = 0; i < made; i++)
        printf("%02x", out[i]);
    for (uint32_t capacity = 0; capacity < (uint32_t)made; capacity++)
        CHECK(bv_sps_add_timing(data, size, 30, out, capacity) == BV_ERR_CORRUPT);
    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t used;
        bv_sps before, after;
        uint8_t *sps = mutate(data, size, &seed, &used);
        const int length = bv_sps_add_timing(sps, used, random_next(&seed) % 200, out, sizeof out);
        if (length > 0) {
            CHECK(bv_sps_read(sps, used, &before) == 0 && bv_sps_read(out, (uint32_t)length, &after) == 0);
            CHECK(before.width == after.width && before.height == after.height && before.full_range == after.full_range);
            CHECK(!before.has_timing && after.has_timing && before.timing_bit == after.timing_bit);
        }
        free(sps);
    }
    free(data);
}
