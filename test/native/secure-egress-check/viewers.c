/* What one viewer's packets look like, how they come again, and how it changes streams. */
#include "check.h"

static stream streams[2];
static peer far_end;
static uint8_t out[BLOCK_BYTES * 2];

/* Every set of extensions, with the longest mid: the largest payload still fits the largest datagram. */
void check_headers(void) {
    for (uint32_t set = 0; set < 16; set++) {
        bv_secure_egress *egress = create();
        bv_secure_viewer parameters = parameters_of(set & 8 ? BV_SRTP_AES128_CM_SHA1_80 : BV_SRTP_AEAD_AES_128_GCM, set, true);
        if ((set & 1) == 0) parameters.abs_send_time_id = 0;
        if ((set & 2) == 0) parameters.transport_sequence_id = 0;
        if ((set & 4) == 0) parameters.mid_id = 0;
        memcpy(parameters.mid, "0123456789abcdef", 16);
        parameters.timestamp_offset = 0xfffff000;
        peer_open(&far_end, &parameters);
        const int id = add(egress, &parameters);
        now_us = 64000000 * 5 + 1500000;
        make_frame(&streams[0], 20, BV_MAX_SECURE_PAYLOAD, 1);
        expect_framed(&far_end, &streams[0], out, frame_for(egress, id, &streams[0], out));
        CHECK(far_end.timestamp == streams[0].timestamp + parameters.timestamp_offset);
        if (set & 1) CHECK(far_end.send_time == 3u << 17); /* 1.5 s */
        if (set & 2) CHECK(far_end.transport_sequence == 19);
        const uint16_t sequences[] = {(uint16_t)(parameters.first_sequence + 3)};
        now_us += 20000;
        const int bytes = bv_secure_egress_frame_retransmissions(egress, (uint32_t)id, sequences, 1, out, sizeof out);
        CHECK(bytes > 0 && peer_take_framed(&far_end, out, (uint32_t)bytes) == 1);
        CHECK(far_end.is_rtx && far_end.original == sequences[0] && far_end.payload_bytes == BV_MAX_SECURE_PAYLOAD && !far_end.marker);
        CHECK(memcmp(far_end.payload, streams[0].block + streams[0].packets[6] + 12, BV_MAX_SECURE_PAYLOAD) == 0);
        CHECK((set & 7) != 7 || (set & 8) || bytes == (int)(BV_MAX_SECURE_DATAGRAM - BV_CHANNEL_BYTES + BV_FRAMING_BYTES));
        peer_close(&far_end);
        bv_secure_egress_destroy(egress);
    }
}

/* Ranges of a block, and a buffer that is just large enough or one byte too small. */
void check_framing(void) {
    bv_secure_egress *egress = create();
    const bv_secure_viewer parameters = parameters_of(BV_SRTP_AEAD_AES_128_GCM, 1, false);
    const int id = add(egress, &parameters);
    uint32_t total = 0;

    peer_open(&far_end, &parameters);
    make_frame(&streams[0], 300, 1000, 7);
    const uint32_t each = 2 + 12 + 16 + 1000 + 16;
    CHECK(bv_secure_egress_frame(egress, (uint32_t)id, streams[0].block, BLOCK_BYTES, streams[0].packets, 10, 3, out, 3 * each - 1) == -ENOBUFS);
    CHECK(stats_of(egress, id).packets == 0 && stats_of(egress, id).next_transport_sequence == 0);
    for (uint32_t first = 0; first < 300; first += 150) {
        const int bytes =
            bv_secure_egress_frame(egress, (uint32_t)id, streams[0].block, BLOCK_BYTES, streams[0].packets, first, 150, out + total, (uint32_t)sizeof out - total);
        CHECK(bytes == (int)(first == 0 ? 150 * each : 149 * each + each - 993));
        total += (uint32_t)bytes;
    }
    expect_framed(&far_end, &streams[0], out, total);
    CHECK(bv_secure_egress_frame(egress, (uint32_t)id, streams[0].block, BLOCK_BYTES, streams[0].packets, 0, 0, out, 0) == 0);
    CHECK(stats_of(egress, id).packets == 300 && stats_of(egress, id).octets == 299007 && stats_of(egress, id).bytes == total - 600);
    double sent[20];
    CHECK(bv_secure_egress_sent(egress, (uint32_t)id, 290, 10, sent) == 10 && sent[0] == (double)now_us && sent[1] == each - 2 && sent[19] == each - 995);
    CHECK(bv_secure_egress_sent(egress, (uint32_t)id, 299, 10, sent) == 1 && sent[0] > 0 && sent[2] == 0 && sent[3] == 0);
    peer_close(&far_end);
    bv_secure_egress_destroy(egress);
}

static int ask(bv_secure_egress *egress, int id, uint32_t sequence) {
    const uint16_t sequences[] = {(uint16_t)sequence, (uint16_t)sequence};
    const int bytes = bv_secure_egress_frame_retransmissions(egress, (uint32_t)id, sequences, 2, out, sizeof out);
    CHECK(bytes >= 0);
    return (int)peer_take_framed(&far_end, out, (uint32_t)bytes);
}

static void check_retransmissions_of(uint32_t profile, bool rtx) {
    bv_secure_egress *egress = create();
    const bv_secure_viewer parameters = parameters_of(profile, 9, rtx);
    const int id = add(egress, &parameters);
    const uint32_t first = parameters.first_sequence;

    peer_open(&far_end, &parameters);
    CHECK(ask(egress, id, first) == 0); /* nothing was sent */
    make_frame(&streams[0], 40, 900, 10);
    expect_framed(&far_end, &streams[0], out, frame_for(egress, id, &streams[0], out));
    CHECK(ask(egress, id, first + 40) == 0 && ask(egress, id, first - 1) == 0 && ask(egress, id, first + 30000) == 0);
    /* Twice in one call is once; again after ten milliseconds; ten times in all. */
    for (int times = 1; times <= 10; times++) {
        CHECK(ask(egress, id, first + 39) == 1 && far_end.marker && far_end.is_rtx == rtx && far_end.payload_bytes == 10);
        CHECK(!rtx || far_end.original == (uint16_t)(first + 39));
        CHECK(rtx || far_end.index == first + 39);
        now_us += 9999;
        CHECK(ask(egress, id, first + 39) == 0);
        now_us += 1;
    }
    CHECK(ask(egress, id, first + 39) == 0);
    CHECK(stats_of(egress, id).retransmitted == 10 && stats_of(egress, id).rtx_packets == (rtx ? 10 : 0));
    CHECK(stats_of(egress, id).packets == (rtx ? 40 : 50));
    now_us += 900000;
    CHECK(ask(egress, id, first) == 1);
    now_us += 1;
    CHECK(ask(egress, id, first + 1) == 0);
    /* What has no room is left out. */
    make_frame(&streams[0], 3, 900, 10);
    expect_framed(&far_end, &streams[0], out, frame_for(egress, id, &streams[0], out));
    const uint16_t sequences[] = {(uint16_t)(first + 40), (uint16_t)(first + 41)};
    CHECK(bv_secure_egress_frame_retransmissions(egress, (uint32_t)id, sequences, 2, out, 900) == 0);
    const int bytes = bv_secure_egress_frame_retransmissions(egress, (uint32_t)id, sequences, 2, out, 1000);
    CHECK(bytes > 900 && peer_take_framed(&far_end, out, (uint32_t)bytes) == 1);
    peer_close(&far_end);
    bv_secure_egress_destroy(egress);
}

void check_retransmit(void) {
    for (int rtx = 0; rtx < 2; rtx++) {
        check_retransmissions_of(BV_SRTP_AEAD_AES_128_GCM, rtx != 0);
        check_retransmissions_of(BV_SRTP_AES128_CM_SHA1_80, rtx != 0);
    }
}

/* From stream to stream and back: numbers go on, times grow, all can come again. */
void check_moves(void) {
    bv_secure_egress *egress = create();
    bv_secure_viewer parameters = parameters_of(BV_SRTP_AEAD_AES_128_GCM, 2, true);
    uint32_t last = 0;

    parameters.timestamp_offset = 1000;
    streams[0] = (stream){.sequence = 65530, .timestamp = 0xfffff000};
    streams[1] = (stream){.sequence = 9, .timestamp = 0xfffff000 - 500000};
    peer_open(&far_end, &parameters);
    const int id = add(egress, &parameters);
    for (uint32_t round = 0; round < 8; round++) {
        const uint32_t chosen = round / 2 % 2;
        CHECK(bv_secure_egress_set_stream(egress, (uint32_t)id, chosen, chosen ? 501000 : 1000) == 0);
        make_frame(&streams[0], 5, 200, 9);
        make_frame(&streams[1], 4, 100, 9);
        expect_framed(&far_end, &streams[chosen], out, frame_for(egress, id, &streams[chosen], out));
        CHECK(round == 0 || (int32_t)(far_end.timestamp - last) > 0);
        CHECK(far_end.timestamp == streams[0].timestamp + 1000);
        last = far_end.timestamp;
        now_us += 33000;
    }
    /* A frame of the other stream with the same time is dated one tick later, all of its packets. */
    CHECK(bv_secure_egress_set_stream(egress, (uint32_t)id, 0, last - streams[0].timestamp) == 0);
    expect_framed(&far_end, &streams[0], out, frame_for(egress, id, &streams[0], out));
    CHECK(far_end.timestamp == last + 1);
    for (uint64_t index = parameters.first_sequence; index < far_end.next; index++) CHECK(ask(egress, id, (uint32_t)index) == 1);
    CHECK(stats_of(egress, id).last_timestamp == last + 1);
    CHECK(stats_of(egress, id).packets == far_end.next - parameters.first_sequence);
    /* Equal timestamps of two streams are two frames. */
    streams[1].timestamp = streams[0].timestamp - 3000;
    make_frame(&streams[1], 3, 20, 9);
    CHECK(bv_secure_egress_set_stream(egress, (uint32_t)id, 1, last + 50 - streams[1].timestamp) == 0);
    expect_framed(&far_end, &streams[1], out, frame_for(egress, id, &streams[1], out));
    CHECK(far_end.timestamp == last + 50);
    last += 49;
    /* A stream that starts over far away is taken as it is. */
    CHECK(bv_secure_egress_set_stream(egress, (uint32_t)id, 0, last - streams[0].timestamp - 200000) == 0);
    make_frame(&streams[0], 2, 20, 9);
    expect_framed(&far_end, &streams[0], out, frame_for(egress, id, &streams[0], out));
    CHECK(far_end.timestamp == last - 200000 + 3000);
    peer_close(&far_end);
    bv_secure_egress_destroy(egress);
}
