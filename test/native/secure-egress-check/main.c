/*
 * Sends through the secure egress and opens what comes out. Compiled with the sanitizers by secure-egress-sanitized.test.ts.
 * One argument: the case. Exits 0 when it holds; else says what did not.
 */
#define _GNU_SOURCE 1
#include "check.h"

#define RANDOM_RUNS 3u

uint64_t now_us = 1000000;

static uint64_t clock_us(void) {
    return now_us;
}

uint32_t pseudo_random(uint32_t *state, uint32_t below) {
    *state = *state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(*state ^ *state >> 15) * below >> 32);
}

void make_frame(stream *stream, uint32_t count, uint32_t bytes, uint32_t last) {
    uint32_t offset = 0;

    CHECK(count <= MAX_FRAME_PACKETS);
    stream->timestamp += 3000;
    stream->count = count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t payload_bytes = i + 1 == count ? last : bytes;
        uint8_t *packet = stream->block + offset + 4;
        stream->packets[2 * i] = offset + 4; /* a gap, as the RTSP interleaving leaves it */
        stream->packets[2 * i + 1] = 12 + payload_bytes;
        packet[0] = 0x80;
        packet[1] = (uint8_t)((i + 1 == count ? 0x80 : 0) | 96);
        bv_put16(packet + 2, stream->sequence++);
        bv_put32(packet + 4, stream->timestamp);
        bv_put32(packet + 8, 0xabcdef01);
        for (uint32_t j = 0; j < payload_bytes; j++) packet[12 + j] = (uint8_t)(stream->timestamp / 3000 * 17 + i * 31 + j * 7);
        offset += 16 + payload_bytes;
    }
}

bv_secure_egress *create(void) {
    bv_secure_egress *egress = NULL;
    CHECK(bv_secure_egress_create(&egress) == 0);
    egress->clock_us = clock_us;
    return egress;
}

int add(bv_secure_egress *egress, const bv_secure_viewer *parameters) {
    const int id = bv_secure_egress_add(egress, parameters);
    CHECK(id >= 0);
    return id;
}

bv_secure_viewer_stats stats_of(bv_secure_egress *egress, int id) {
    bv_secure_viewer_stats stats;
    CHECK(bv_secure_egress_stats(egress, (uint32_t)id, &stats) == 0);
    return stats;
}

uint32_t frame_for(bv_secure_egress *egress, int id, const stream *stream, uint8_t *out) {
    const int bytes =
        bv_secure_egress_frame(egress, (uint32_t)id, stream->block, sizeof stream->block, stream->packets, 0, stream->count, out, BLOCK_BYTES * 2);
    CHECK(bytes > 0);
    return (uint32_t)bytes;
}

int main(int argc, char **argv) {
    const char *name = argc >= 2 ? argv[1] : "";

    if (strcmp(name, "vectors") == 0) check_vectors();
    else if (strcmp(name, "rollover-gcm") == 0) check_rollover(BV_SRTP_AEAD_AES_128_GCM);
    else if (strcmp(name, "rollover-sha1") == 0) check_rollover(BV_SRTP_AES128_CM_SHA1_80);
    else if (strcmp(name, "headers") == 0) check_headers();
    else if (strcmp(name, "framing") == 0) check_framing();
    else if (strcmp(name, "retransmit") == 0) check_retransmit();
    else if (strcmp(name, "moves") == 0) check_moves();
    else if (strcmp(name, "history") == 0) check_history();
    else if (strcmp(name, "limits") == 0) check_limits();
    else if (strcmp(name, "rtcp") == 0) check_rtcp();
    else if (strcmp(name, "rtcp-window") == 0) check_rtcp_window();
    else if (strcmp(name, "delivery") == 0) check_delivery();
    else if (strcmp(name, "trouble") == 0) check_trouble();
    else if (strcmp(name, "random") == 0) {
        const uint32_t first = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
        for (uint32_t seed = first; seed < first + (argc == 3 ? 1 : RANDOM_RUNS); seed++) check_random(seed);
    } else CHECK(!"a known case");
    return 0;
}
