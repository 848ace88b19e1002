/* SRTCP out and in: every bit counts, nothing is taken twice. */
#include "check.h"

/* What the far end does to its RTCP, with an index of its choice. */
static uint32_t seal(bv_srtp_cipher *cipher, uint32_t ssrc, uint32_t index, uint32_t bytes, uint8_t *out) {
    uint8_t packet[BV_MAX_SECURE_RTCP] = {0x81, 201, 0, 7};
    bv_put32(packet + 4, ssrc);
    for (uint32_t i = 8; i < bytes; i++) packet[i] = (uint8_t)(index + i);
    const int sealed = bv_srtcp_seal(cipher, packet, bytes, index, out);
    CHECK(sealed > 0);
    return (uint32_t)sealed;
}

static int take(bv_secure_egress *egress, const uint8_t *packet, uint32_t bytes) {
    uint8_t opened[1500];
    CHECK(bytes <= sizeof opened);
    return bv_srtcp_unprotect(egress, 0, packet, bytes, opened, sizeof opened);
}

static void check_out(uint32_t profile) {
    bv_secure_egress *egress = create();
    bv_secure_viewer parameters = parameters_of(profile, 4, false);
    const uint32_t overhead = profile == BV_SRTP_AEAD_AES_128_GCM ? 20 : 14;
    bv_srtp_cipher far_cipher;
    bv_srtcp_replay replay = {0};
    uint8_t packet[BV_MAX_SECURE_RTCP], out[1500], opened[1500];

    CHECK(add(egress, &parameters) == 0);
    CHECK(bv_srtp_open(&far_cipher, profile, parameters.local_key, parameters.local_salt, BV_SRTP_LABEL_RTCP) == 0);
    for (uint32_t i = 0; i < sizeof packet; i++) packet[i] = (uint8_t)(i * 3);
    memcpy(packet, (uint8_t[]){0x80, 200, 0, 6, 1, 2, 3, 4}, 8);
    for (uint32_t bytes = 8; bytes <= BV_MAX_SECURE_RTCP; bytes += bytes < 100 ? 4 : 120) {
        CHECK(bv_srtcp_protect(egress, 0, packet, bytes, out, bytes + overhead - 1) == -ENOBUFS);
        CHECK(bv_srtcp_protect(egress, 0, packet, bytes, out, bytes + overhead) == (int)(bytes + overhead));
        CHECK(bytes == 8 || memcmp(out + 8, packet + 8, bytes - 8) != 0);
        CHECK(bv_srtcp_unseal(&far_cipher, &replay, out, bytes + overhead, opened) == (int)bytes && memcmp(opened, packet, bytes) == 0);
    }
    /* in place, both ways */
    memcpy(out, packet, 100);
    CHECK(bv_srtcp_protect(egress, 0, out, 100, out, sizeof out) == (int)(100 + overhead));
    CHECK(bv_srtcp_unseal(&far_cipher, &replay, out, 100 + overhead, out) == 100 && memcmp(out, packet, 100) == 0);
    CHECK(bv_srtcp_protect(egress, 0, packet, 7, out, sizeof out) == BV_ERR_BAD_ARGUMENT);
    CHECK(bv_srtcp_protect(egress, 0, packet, BV_MAX_SECURE_RTCP + 1, out, sizeof out) == BV_ERR_BAD_ARGUMENT);
    egress->viewers[0]->rtcp_next = BV_SRTCP_MAX_INDEX;
    CHECK(bv_srtcp_protect(egress, 0, packet, 8, out, sizeof out) > 0);
    CHECK(bv_srtcp_protect(egress, 0, packet, 8, out, sizeof out) == -EOVERFLOW);
    bv_srtp_close(&far_cipher);
    bv_secure_egress_destroy(egress);
}

/* Authentic, but media by its type, or not encrypted. */
static void expect_foreign(bv_secure_egress *egress, bv_srtp_cipher *cipher) {
    uint8_t plain[32] = {0x80, 96, 0, 7}, packet[60], word[4] = {0, 0, 16, 0};

    CHECK(take(egress, packet, (uint32_t)bv_srtcp_seal(cipher, plain, sizeof plain, 2000, packet)) == -EBADMSG);
    plain[1] = 224;
    CHECK(take(egress, packet, (uint32_t)bv_srtcp_seal(cipher, plain, sizeof plain, 2001, packet)) == -EBADMSG);
    if (cipher->gcm) return;
    plain[1] = 201;
    memcpy(packet, plain, sizeof plain);
    memcpy(packet + sizeof plain, word, sizeof word);
    bv_srtp_sha1_tag(cipher, plain, sizeof plain, word, sizeof word, packet + sizeof plain + sizeof word);
    CHECK(take(egress, packet, sizeof plain + 14) == -EBADMSG);
}

static void check_in(uint32_t profile) {
    bv_secure_egress *egress = create();
    bv_secure_viewer parameters = parameters_of(profile, 4, false);
    bv_srtp_cipher far_cipher;
    uint8_t packet[1500], opened[1500];
    uint32_t state = 7;

    CHECK(add(egress, &parameters) == 0);
    CHECK(bv_srtp_open(&far_cipher, profile, parameters.remote_key, parameters.remote_salt, BV_SRTP_LABEL_RTCP) == 0);
    const uint32_t bytes = seal(&far_cipher, 77, 1000, 64, packet);
    CHECK(bv_srtcp_unprotect(egress, 0, packet, bytes, opened, bytes - 1) == -ENOBUFS);
    /* every flipped bit, every length, garbage, media */
    for (uint32_t bit = 0; bit < 8 * bytes; bit++) {
        packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(take(egress, packet, bytes) == -EBADMSG);
        packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (uint32_t length = 0; length < bytes; length++) CHECK(take(egress, packet, length) == -EBADMSG);
    for (int i = 0; i < 2000; i++) {
        uint8_t garbage[200];
        for (uint32_t j = 0; j < sizeof garbage; j++) garbage[j] = (uint8_t)pseudo_random(&state, 256);
        if (i % 2) memcpy(garbage, (uint8_t[]){0x80, 201, 0, 1}, 4);
        CHECK(take(egress, garbage, pseudo_random(&state, sizeof garbage)) == -EBADMSG);
    }
    CHECK(stats_of(egress, 0).rtcp_refused == 8 * bytes + bytes + 2000 && stats_of(egress, 0).rtcp_replayed == 0);
    CHECK(take(egress, packet, bytes) == 64); /* none of it did harm */
    CHECK(take(egress, packet, bytes) == -EALREADY && stats_of(egress, 0).rtcp_replayed == 1);
    expect_foreign(egress, &far_cipher);
    for (uint32_t ssrc = 0; ssrc < BV_SRTCP_MAX_SOURCES - 1; ssrc++) CHECK(take(egress, packet, seal(&far_cipher, ssrc, 5, 8, packet)) == 8);
    CHECK(take(egress, packet, seal(&far_cipher, 1234, 6, 8, packet)) == -ENOSPC);
    CHECK(take(egress, packet, seal(&far_cipher, 3, 6, 8, packet)) == 8);
    bv_srtp_close(&far_cipher);
    bv_secure_egress_destroy(egress);
}

void check_rtcp(void) {
    check_out(BV_SRTP_AEAD_AES_128_GCM);
    check_out(BV_SRTP_AES128_CM_SHA1_80);
    check_in(BV_SRTP_AEAD_AES_128_GCM);
    check_in(BV_SRTP_AES128_CM_SHA1_80);
}

#define WINDOW_PACKETS 4000u

/* Indexes in wild order against a list of all that were taken: one is taken once, and one that is 64 or more behind never. */
void check_rtcp_window(void) {
    bv_secure_egress *egress = create();
    bv_secure_viewer parameters = parameters_of(BV_SRTP_AEAD_AES_128_GCM, 4, false);
    static bool was_taken[2 * WINDOW_PACKETS];
    bv_srtp_cipher far_cipher;
    uint8_t packet[200];
    uint32_t state = 11, newest = 100;

    CHECK(add(egress, &parameters) == 0);
    CHECK(bv_srtp_open(&far_cipher, parameters.profile, parameters.remote_key, parameters.remote_salt, BV_SRTP_LABEL_RTCP) == 0);
    CHECK(take(egress, packet, seal(&far_cipher, 1, newest, 32, packet)) == 32);
    was_taken[newest] = true;
    for (uint32_t i = 0; i < WINDOW_PACKETS; i++) {
        const uint32_t jump = i % 100 == 0 ? 64 + pseudo_random(&state, 3) : pseudo_random(&state, 80);
        const uint32_t index = newest + (i % 100 == 0 ? jump : 3) - (i % 100 == 0 ? 0 : jump);
        const bool is_new = index > newest || (newest - index < 64 && !was_taken[index]);
        CHECK(index < 2 * WINDOW_PACKETS);
        CHECK(take(egress, packet, seal(&far_cipher, 1, index, 32, packet)) == (is_new ? 32 : -EALREADY));
        was_taken[index] = was_taken[index] || is_new;
        if (index > newest) newest = index;
    }
    CHECK(take(egress, packet, seal(&far_cipher, 1, BV_SRTCP_MAX_INDEX, 32, packet)) == 32);
    CHECK(take(egress, packet, seal(&far_cipher, 1, 0, 32, packet)) == -EALREADY);
    bv_srtp_close(&far_cipher);
    bv_secure_egress_destroy(egress);
}
