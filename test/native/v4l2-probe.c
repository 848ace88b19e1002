/*
 * Drives the V4L2 source alone, as the pipeline thread would, and prints what it saw as one JSON object.
 *   v4l2-probe PATH WIDTH HEIGHT FPS FOURCC|any PASSTHROUGH FRAMES HOLD_MS
 * FRAMES 0 goes on until the source is lost, at most LOST_LIMIT_US. HOLD_MS: how long each picture is kept (a slow consumer).
 */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../native/c/pipeline/source.h"

#define LOST_LIMIT_US 20000000u
#define NEXT_TIMEOUT_MS 500
#define SAMPLES 8

typedef struct {
    uint32_t pictures, ordered, fresh;
    uint64_t skipped, first_us, last_us;
    uint32_t least_bytes, most_bytes;
    bv_raw_picture last;
    int samples[SAMPLES][3];
    uint32_t nal_types; /* one bit a type seen */
} tally;

static uint64_t wall_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000;
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static int count_mappings(void)
{
    char line[512];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        count += strstr(line, "/dev/video") != NULL;
    if (maps)
        fclose(maps);
    return count;
}

static uint32_t code(const char *text)
{
    return strcmp(text, "any") == 0 ? 0 : (uint32_t)text[0] | (uint32_t)text[1] << 8 | (uint32_t)text[2] << 16 | (uint32_t)text[3] << 24;
}

static void sample(const bv_raw_picture *p, uint32_t x, uint32_t y, int out[3])
{
    const uint8_t *luma = p->plane[0] + (size_t)y * p->stride[0], *chroma = p->plane[1] + (size_t)(y / 2) * p->stride[1];
    const uint32_t even = x & ~1u;
    if (p->fourcc == code("YUYV") || p->fourcc == code("UYVY")) {
        const int first = p->fourcc == code("YUYV") ? 0 : 1;
        out[0] = luma[x * 2 + (uint32_t)first];
        out[1] = luma[even * 2 + (uint32_t)(1 - first)];
        out[2] = luma[even * 2 + (uint32_t)(3 - first)];
        return;
    }
    out[0] = luma[x];
    if (p->fourcc == code("YU12")) {
        out[1] = chroma[x / 2];
        out[2] = p->plane[2][(size_t)(y / 2) * p->stride[2] + x / 2];
    } else {
        const uint32_t swapped = p->fourcc == code("NV21");
        out[1] = chroma[even + swapped];
        out[2] = chroma[even + 1 - swapped];
    }
}

/* Reads every byte that the picture promises, so that a sanitizer or the kernel complains about a wrong one. */
static uint32_t touch(const bv_raw_picture *p)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < p->size; i++)
        sum += p->plane[0][i];
    for (int plane = 0; plane < 3 && p->stride[plane]; plane++)
        for (uint32_t row = 0; row < (plane ? p->height / 2 : p->height); row++)
            sum += p->plane[plane][(size_t)row * p->stride[plane]] + p->plane[plane][(size_t)row * p->stride[plane] + (plane == 2 ? p->width / 2 : p->width) - 1];
    return sum;
}

static void look(tally *t, const bv_raw_picture *p)
{
    const uint64_t now = bv_clock_us();
    t->ordered += p->capture_us > t->last_us;
    t->fresh += p->capture_us <= now && now - p->capture_us < 1000000;
    if (t->pictures++ == 0)
        t->first_us = p->capture_us;
    t->last_us = p->capture_us;
    t->last = *p;
    if (touch(p) == UINT32_MAX)
        fputc('\n', stderr);
    if (p->size && (t->least_bytes == 0 || p->size < t->least_bytes))
        t->least_bytes = p->size;
    if (p->size > t->most_bytes)
        t->most_bytes = p->size;
    for (uint32_t i = 0; p->fourcc == code("H264") && i + 3 < p->size; i++)
        if (p->plane[0][i] == 0 && p->plane[0][i + 1] == 0 && p->plane[0][i + 2] == 1)
            t->nal_types |= 1u << (p->plane[0][i + 3] & 31);
    for (uint32_t i = 0; i < SAMPLES && p->stride[0]; i++)
        sample(p, (2 * i + 1) * p->width / (2 * SAMPLES), p->height * 3 / 4, t->samples[i]);
}

static int capture(bv_source *source, uint32_t frames, int hold_ms, tally *t)
{
    const uint64_t end_us = bv_clock_us() + LOST_LIMIT_US;
    int result = 0;
    while (result >= 0 && bv_clock_us() < end_us && (frames == 0 || t->pictures < frames)) {
        bv_raw_picture picture;
        result = source->verbs->next(source, NEXT_TIMEOUT_MS, -1, &picture, &t->skipped);
        if (result != 1)
            continue;
        look(t, &picture);
        if (frames == 0 && t->pictures == 1) {
            puts("streaming");
            fflush(stdout);
        }
        if (hold_ms)
            poll(NULL, 0, hold_ms);
        source->verbs->release(source, &picture);
    }
    return result < 0 ? result : 0;
}

static void print(const bv_source *source, const tally *t)
{
    const double seconds = (double)(t->last_us - t->first_us) / 1e6;
    printf("{\"fourcc\":\"%.4s\",\"width\":%u,\"height\":%u,\"fpsMillihertz\":%u,\"canForceKeyframe\":%u,", (const char *)&source->fourcc, source->width,
           source->height, source->fps_millihertz, source->can_force_keyframe);
    printf("\"pictures\":%u,\"ordered\":%u,\"fresh\":%u,\"skipped\":%llu,\"measuredFps\":%.3f,", t->pictures, t->ordered, t->fresh,
           (unsigned long long)t->skipped, seconds > 0 ? (t->pictures - 1) / seconds : 0.0);
    printf("\"pictureFourcc\":\"%.4s\",\"pictureWidth\":%u,\"pictureHeight\":%u,\"fullRange\":%u,\"leastBytes\":%u,\"mostBytes\":%u,\"nalTypes\":%u,\"samples\":[",
           (const char *)&t->last.fourcc, t->last.width, t->last.height, t->last.full_range, t->least_bytes, t->most_bytes, t->nal_types);
    for (int i = 0; i < SAMPLES; i++)
        printf("%s[%d,%d,%d]", i ? "," : "", t->samples[i][0], t->samples[i][1], t->samples[i][2]);
    printf("],");
}

int main(int count, char **arguments)
{
    if (count != 9)
        return 2;
    bv_source_config config = {
        .kind = BV_SOURCE_V4L2,
        .width = (uint32_t)atoi(arguments[2]),
        .height = (uint32_t)atoi(arguments[3]),
        .fps = (uint32_t)atoi(arguments[4]),
        .fourcc = code(arguments[5]),
        .allow_passthrough = (uint32_t)atoi(arguments[6]),
    };
    strncpy(config.path, arguments[1], sizeof config.path);
    const int descriptors = count_descriptors();
    bv_source *source = NULL;
    tally t = { 0 };
    int error = bv_v4l2_source_open(&config, &source), keyframe = 0;
    if (error == 0) {
        keyframe = source->verbs->force_keyframe(source);
        error = capture(source, (uint32_t)atoi(arguments[7]), atoi(arguments[8]), &t);
        const uint64_t lost_us = wall_us();
        print(source, &t);
        source->verbs->close(source);
        printf("\"lostAtUs\":%llu,\"closeUs\":%llu,", (unsigned long long)lost_us, (unsigned long long)(wall_us() - lost_us));
    }
    printf("%s\"error\":%d,\"keyframe\":%d,\"leakedDescriptors\":%d,\"leakedMappings\":%d}\n", source ? "" : "{", error, keyframe, count_descriptors() - descriptors, count_mappings());
    return 0;
}
