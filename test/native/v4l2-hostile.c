/*
 * Sessions of the capture part with a driver that lies. Arguments: first seed, how many sessions. Prints how many pictures came.
 * Exit code 0: no session hung, crashed or broke a promise.
 */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../native/c/pipeline/source.h"
#include "v4l2-hostile-driver.h"

#define SESSION_LIMIT_US 3000000u
#define STALE_LIMIT_US 2000000u

static uint32_t touch(const bv_raw_picture *p)
{
    uint32_t sum = p->size ? (uint32_t)p->plane[0][0] + p->plane[0][p->size - 1] : 0;
    for (int plane = 0; plane < 3 && p->stride[plane]; plane++) {
        const uint32_t rows = plane ? p->height / 2 : p->height, bytes = p->stride[plane] < p->width ? p->width / 2 : p->width;
        sum += p->plane[plane][0] + p->plane[plane][(size_t)(rows - 1) * p->stride[plane] + bytes - 1];
    }
    return sum;
}

static uint32_t capture(void)
{
    bv_source_config config = { .width = 64, .height = 48, .fps = 30, .allow_passthrough = hostile_random() % 2, .path = "/dev/video0" };
    bv_source *source = NULL;
    uint64_t skipped = 0, last_us = 0;
    uint32_t pictures = 0;
    if (bv_v4l2_source_open(&config, &source) < 0)
        return 0;
    for (int i = 0; i < 50; i++) {
        bv_raw_picture picture;
        const int result = source->verbs->next(source, 1, -1, &picture, &skipped);
        if (result < 0)
            break;
        if (result == 0)
            continue;
        pictures += touch(&picture) < UINT32_MAX;
        const uint64_t now_us = bv_clock_us();
        /* A later time than now is there only to make times grow: by a microsecond for each picture. */
        if (picture.capture_us <= last_us || picture.capture_us > now_us + 1000 || picture.capture_us + STALE_LIMIT_US + 100000 < now_us)
            abort();
        if ((picture.stride[0] && picture.width % 2) || picture.width > BV_MAX_WIDTH)
            abort();
        last_us = picture.capture_us;
        source->verbs->release(source, &picture);
        if (hostile_random() % 16 == 0)
            source->verbs->release(source, &picture); /* a caller's mistake must not reach the driver */
    }
    (void)source->verbs->force_keyframe(source);
    source->verbs->close(source);
    return pictures;
}

static void ask(void)
{
    bv_device *device = NULL;
    bv_mode modes[16];
    bv_control controls[16];
    bv_menu_item items[16];
    bv_device_identity identity;
    int64_t value = (int64_t)hostile_random();
    if (bv_device_open("/dev/video0", &device) < 0)
        return;
    if (bv_device_identify(device, &identity) == 0 && (strlen(identity.driver) > 15 || strlen(identity.card) > 31 || strlen(identity.bus) > 31))
        abort();
    if (bv_device_modes(device, modes, 16) > 8192 || bv_device_controls(device, controls, 16) > 1024 || bv_device_menu(device, hostile_random(), items, 16) > 1025)
        abort();
    (void)bv_device_set_control(device, hostile_random(), &value);
    (void)bv_device_get_control(device, hostile_random(), &value);
    bv_device_close(device);
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    uint64_t pictures = 0;
    for (uint64_t seed = strtoull(arguments[1], NULL, 10), end = seed + strtoull(arguments[2], NULL, 10); seed < end; seed++) {
        const uint64_t begin_us = bv_clock_us();
        hostile_begin(seed, (uint32_t)(seed % 30));
        pictures += capture();
        ask();
        if (hostile_mappings() != 0 || bv_clock_us() - begin_us > SESSION_LIMIT_US) {
            fprintf(stderr, "seed %llu: %d mappings left after %llu us\n", (unsigned long long)seed, hostile_mappings(), (unsigned long long)(bv_clock_us() - begin_us));
            return 1;
        }
    }
    printf("%llu\n", (unsigned long long)pictures);
    return 0;
}
