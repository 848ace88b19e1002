/* What is refused, what is full, and what the history keeps. */
#include "check.h"

static stream one;
static uint8_t out[BLOCK_BYTES * 2];

static int try_add(bv_secure_egress *egress, bv_secure_viewer parameters) {
    return bv_secure_egress_add(egress, &parameters);
}

static void check_parameters(bv_secure_egress *egress) {
    const bv_secure_viewer good = parameters_of(BV_SRTP_AEAD_AES_128_GCM, 1, true);
    bv_secure_viewer bad[20];
    uint32_t count = 0;

    for (uint32_t i = 0; i < 20; i++) bad[i] = good;
    bad[count++].profile = 2;
    bad[count++].profile = 0;
    bad[count++].stream = BV_MAX_SECURE_STREAMS;
    bad[count++].payload_type = 64;
    bad[count++].payload_type = 95;
    bad[count++].payload_type = 128;
    bad[count++].first_sequence = BV_MAX_FIRST_SEQUENCE + 1;
    bad[count++].rtx_first_sequence = BV_MAX_FIRST_SEQUENCE + 1;
    bad[count++].rtx_ssrc = good.ssrc;
    bad[count++].rtx_payload_type = good.payload_type;
    bad[count++].rtx_payload_type = 72;
    bad[count++].abs_send_time_id = 15;
    bad[count++].transport_sequence_id = 0xffffffff;
    bad[count++].mid_id = 16;
    bad[count++].mid_id = good.abs_send_time_id;
    bad[count++].transport_sequence_id = good.abs_send_time_id;
    bad[count++].mid[0] = 0;
    memset(bad[count++].mid, 'x', 17);
    memset(bad[count++].mid, 'x', sizeof good.mid);
    for (uint32_t i = 0; i < count; i++) CHECK(try_add(egress, bad[i]) == BV_ERR_BAD_ARGUMENT);
}

static int send_packets(bv_secure_egress *egress, uint32_t offset, uint32_t size, uint32_t block_bytes) {
    const uint32_t pair[] = {offset, size};
    const int result = bv_secure_egress_frame(egress, 0, one.block, block_bytes, pair, 0, 1, out, sizeof out);
    CHECK(bv_secure_egress_send(egress, 0, one.block, block_bytes, pair, 0, 1) == (result > 0 ? 0 : result));
    return result;
}

static void check_packets(bv_secure_egress *egress) {
    CHECK(add(egress, &(bv_secure_viewer){.profile = BV_SRTP_AES128_CM_SHA1_80}) == 0);
    make_frame(&one, 3, 1000, 1000);
    const uint32_t offset = one.packets[2], end = offset + 1012;
    CHECK(send_packets(egress, offset, 1012, end) == 2 + 12 + 1000 + 10);
    CHECK(send_packets(egress, offset, 13, end) == 2 + 12 + 1 + 10);
    CHECK(send_packets(egress, offset, 12, end) == BV_ERR_BAD_ARGUMENT && send_packets(egress, offset, 0, end) == BV_ERR_BAD_ARGUMENT);
    CHECK(send_packets(egress, offset, 1012, end - 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(send_packets(egress, offset, 12 + BV_MAX_SECURE_PAYLOAD, BLOCK_BYTES) == 2 + 12 + BV_MAX_SECURE_PAYLOAD + 10);
    CHECK(send_packets(egress, offset, 13 + BV_MAX_SECURE_PAYLOAD, BLOCK_BYTES) == BV_ERR_BAD_ARGUMENT);
    CHECK(send_packets(egress, end, 100, end) == BV_ERR_BAD_ARGUMENT && send_packets(egress, 0xfffffff0, 0x100, end) == BV_ERR_BAD_ARGUMENT);
    for (uint32_t bit = 0; bit < 8; bit++) {
        one.block[offset] ^= (uint8_t)(1 << bit);
        CHECK(send_packets(egress, offset, 1012, end) == BV_ERR_BAD_ARGUMENT);
        one.block[offset] ^= (uint8_t)(1 << bit);
    }
    CHECK(bv_secure_egress_send(egress, 16, one.block, end, one.packets, 0, 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_send(egress, 0, one.block, end, one.packets, 0, BV_MAX_SECURE_PACKETS + 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_send(egress, 0, one.block, end, one.packets, 0xffffffff, 2) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_send_to(egress, 0, one.block, end, one.packets, 0, 1) == -EDESTADDRREQ);
    CHECK(bv_secure_egress_retransmit(egress, 0, (uint16_t[]){0}, 1) == -EDESTADDRREQ);
    CHECK(bv_secure_egress_frame_retransmissions(egress, 0, (uint16_t[]){0}, BV_MAX_SECURE_PACKETS + 1, out, 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_set_stream(egress, 0, 16, 0) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_set_channel(egress, 0, BV_MIN_CHANNEL - 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_set_channel(egress, 0, BV_MAX_CHANNEL + 1) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_set_channel(egress, 0, BV_MAX_CHANNEL) == 0);
    CHECK(send_packets(egress, offset, 13, end) == 4 + 12 + 1 + 10 + 1);
    CHECK(send_packets(egress, offset, 14, end) == 4 + 12 + 2 + 10);
    CHECK(bv_secure_egress_set_channel(egress, 0, 0) == 0);
    CHECK(bv_secure_egress_set_destination(egress, 0, &(bv_destination){.fd = 1, .family = 5, .port = 9}) == BV_ERR_BAD_ARGUMENT);
    double sent[2];
    CHECK(bv_secure_egress_sent(egress, 0, 65536, 1, sent) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_sent(egress, 0, 0, BV_SENT_PACKETS + 1, sent) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_secure_egress_remove(egress, 0) == 0);
}

static void check_nobody(bv_secure_egress *egress, uint32_t id) {
    bv_secure_viewer_stats stats;
    double sent[2];

    CHECK(bv_secure_egress_remove(egress, id) == -ENOENT && bv_secure_egress_stats(egress, id, &stats) == -ENOENT);
    CHECK(bv_secure_egress_set_destination(egress, id, NULL) == -ENOENT && bv_secure_egress_set_channel(egress, id, 0) == -ENOENT && bv_secure_egress_set_stream(egress, id, 0, 0) == -ENOENT);
    CHECK(bv_secure_egress_set_active(egress, id, 1) == -ENOENT && bv_secure_egress_sent(egress, id, 0, 1, sent) == -ENOENT);
    CHECK(bv_secure_egress_send_to(egress, id, one.block, 0, one.packets, 0, 0) == -ENOENT);
    CHECK(bv_secure_egress_frame(egress, id, one.block, 0, one.packets, 0, 0, out, 0) == -ENOENT);
    CHECK(bv_secure_egress_retransmit(egress, id, NULL, 0) == -ENOENT);
    CHECK(bv_secure_egress_frame_retransmissions(egress, id, NULL, 0, out, 0) == -ENOENT);
    CHECK(bv_srtcp_protect(egress, id, out, 8, out, 100) == -ENOENT && bv_srtcp_unprotect(egress, id, out, 8, out, 100) == -ENOENT);
}

void check_limits(void) {
    bv_secure_egress *egress = create();

    check_parameters(egress);
    check_nobody(egress, 0);
    check_packets(egress);
    for (uint32_t i = 0; i < BV_MAX_SECURE_VIEWERS; i++) {
        const bv_secure_viewer parameters = parameters_of(i % 2 ? BV_SRTP_AEAD_AES_128_GCM : BV_SRTP_AES128_CM_SHA1_80, i, false);
        CHECK(add(egress, &parameters) == (int)i);
    }
    CHECK(try_add(egress, parameters_of(BV_SRTP_AEAD_AES_128_GCM, 1, true)) == -ENOSPC);
    CHECK(bv_secure_egress_remove(egress, 77) == 0);
    check_nobody(egress, 77);
    check_nobody(egress, BV_MAX_SECURE_VIEWERS);
    CHECK(try_add(egress, parameters_of(BV_SRTP_AEAD_AES_128_GCM, 1, true)) == 77);
    bv_secure_egress_destroy(egress);
    bv_secure_egress_destroy(NULL);
}

static uint32_t sum_of(const bv_history *history, const bv_history_packet *packet) {
    uint32_t sum = packet->bytes;
    for (uint32_t i = 0; i < packet->bytes; i++) sum = sum * 31 + bv_history_payload(history, packet)[i];
    return sum;
}

/* A small packet behind the last large one of a lap is the oldest when the next lap ends, and goes before those that are overwritten. */
static void check_lap(void) {
    static bv_history history;
    const bv_history_packet *stored[BV_CHUNK_PACKETS];
    const uint32_t lap = BV_HISTORY_BYTES / BV_MAX_SECURE_PAYLOAD;

    CHECK(bv_history_open(&history) == 0);
    for (uint32_t i = 0; i < 2 * lap + 2; i++) {
        make_frame(&one, 1, 0, i == lap ? BV_HISTORY_BYTES % BV_MAX_SECURE_PAYLOAD - 1 : BV_MAX_SECURE_PAYLOAD);
        bv_history_store(&history, 0, one.block, one.packets, 1, stored);
    }
    CHECK(stored[0]->offset == 0);
    CHECK(bv_history_find(&history, lap) == NULL && bv_history_find(&history, lap + 1) == NULL);
    CHECK(bv_history_find(&history, lap + 2) != NULL && history.count == lap);
    bv_history_close(&history);
}

/* Whatever is found is what was stored; the newest are all found, as many as memory has room for. */
void check_history(void) {
    static bv_history history;
    const bv_history_packet *stored[BV_CHUNK_PACKETS];
    static uint32_t sums[4 * BV_HISTORY_PACKETS];
    uint32_t state = 5, before = 0;

    check_lap();
    CHECK(bv_history_open(&history) == 0);
    CHECK(bv_history_find(&history, 0) == NULL && bv_history_find(&history, 0xffffffff) == NULL);
    while (history.next < 4 * BV_HISTORY_PACKETS - BV_CHUNK_PACKETS) {
        const uint32_t count = 1 + pseudo_random(&state, BV_CHUNK_PACKETS);
        const bool is_large = history.next % 12000 < 9000; /* by turns bytes and packets are the limit */
        make_frame(&one, count, is_large ? BV_MAX_SECURE_PAYLOAD : 2, 1 + pseudo_random(&state, 500));
        bv_history_store(&history, count % 3, one.block, one.packets, count, stored);
        for (uint32_t i = 0; i < count; i++) {
            CHECK(stored[i]->serial == before + i && bv_history_find(&history, before + i) == stored[i]);
            CHECK(memcmp(bv_history_payload(&history, stored[i]), one.block + one.packets[2 * i] + 12, stored[i]->bytes) == 0);
            sums[before + i] = sum_of(&history, stored[i]);
        }
        before += count;
        CHECK(history.next == before && history.count <= BV_HISTORY_PACKETS);
        for (uint32_t age = history.count; age > 0 && age > history.count - 20; age--) /* the oldest are in danger */
            CHECK(sum_of(&history, bv_history_find(&history, before - age)) == sums[before - age]);
        /* the same once more takes no room */
        bv_history_store(&history, count % 3, one.block, one.packets, count, stored);
        CHECK(history.next == before && stored[0]->serial == before - count);
    }
    uint32_t bytes = 0;
    for (uint32_t age = 1; age <= before; age++) {
        const bv_history_packet *packet = bv_history_find(&history, before - age);
        CHECK((packet != NULL) == (age <= history.count));
        if (packet == NULL) continue;
        CHECK(sum_of(&history, packet) == sums[before - age]);
        bytes += packet->bytes;
    }
    CHECK(history.count == BV_HISTORY_PACKETS || bytes > BV_HISTORY_BYTES - 3 * BV_MAX_SECURE_PAYLOAD);
    /* one byte of difference is another packet, and so is another stream */
    bv_history_store(&history, 4, one.block, one.packets, one.count, stored);
    CHECK(history.next == before + one.count);
    one.block[one.packets[0] + 12] ^= 1;
    bv_history_store(&history, 4, one.block, one.packets, one.count, stored);
    CHECK(history.next == before + 2 * one.count);
    bv_history_close(&history);
}
