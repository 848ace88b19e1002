#include "check.h"

#include <string.h>

uint8_t *read_file(const char *path, uint32_t *size)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    fseek(file, 0, SEEK_END);
    *size = (uint32_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size);
    CHECK(data != NULL && fread(data, 1, *size, file) == *size);
    fclose(file);
    return data;
}

uint8_t *mutate(const uint8_t *data, uint32_t size, uint32_t *random, uint32_t *mutated_size)
{
    const uint32_t changes = 1 + random_next(random) % 8;

    *mutated_size = random_next(random) % 3 == 0 ? 1 + random_next(random) % size : size;
    uint8_t *copy = malloc(*mutated_size);
    CHECK(copy != NULL);
    memcpy(copy, data, *mutated_size);
    for (uint32_t i = 0; i < changes; i++) {
        /* half of the changes hit the headers */
        const uint32_t range = random_next(random) % 2 == 0 && *mutated_size > 700 ? 700 : *mutated_size;
        copy[random_next(random) % range] = (uint8_t)random_next(random);
    }
    return copy;
}

int main(int count, char **arguments)
{
    const char *name = count > 1 ? arguments[1] : "";
    const char *path = count > 2 ? arguments[2] : "";
    const uint32_t seed = count > 3 ? (uint32_t)atoi(arguments[3]) : 1;
    const uint32_t rounds = count > 4 ? (uint32_t)atoi(arguments[4]) : 300;

    if (strcmp(name, "annexb") == 0)
        check_annexb(seed, rounds);
    else if (strcmp(name, "unpack") == 0)
        check_unpack(seed, rounds);
    else if (strcmp(name, "scale") == 0)
        check_scale(seed, rounds);
    else if (strcmp(name, "stage") == 0)
        check_stage(seed, rounds);
    else if (strcmp(name, "levels") == 0)
        check_levels();
    else if (strcmp(name, "motion") == 0)
        check_motion(seed, rounds);
    else if (strcmp(name, "overlay") == 0)
        check_overlay(seed, rounds);
    else if (strcmp(name, "inset") == 0)
        check_inset(seed, rounds);
    else if (strcmp(name, "overlay-memory") == 0)
        check_overlay_memory();
    else if (strcmp(name, "utf8") == 0)
        check_utf8(seed, rounds);
    else if (strcmp(name, "ring") == 0)
        check_ring(seed, rounds);
    else if (strcmp(name, "pace") == 0)
        check_pace(seed);
    else if (strcmp(name, "jpeg-round-trip") == 0)
        check_jpeg_round_trip();
    else if (strcmp(name, "print-jpeg") == 0)
        print_jpeg(path);
    else if (strcmp(name, "write-grey-jpeg") == 0)
        write_grey_jpeg(path);
    else if (strcmp(name, "fuzz-jpeg") == 0)
        fuzz_jpeg(path, seed, rounds);
    else if (strcmp(name, "sps-timing") == 0)
        check_sps_timing(path, seed, rounds);
    else if (strcmp(name, "fuzz-h264") == 0)
        fuzz_h264(path, seed, rounds);
    else
        return 2;
    return 0;
}
