/* Protection against the published vectors, and over the rollover of sequence numbers. */
#include "check.h"

static uint32_t unhex(const char *text, uint8_t *out) {
    uint32_t count = 0;
    for (; text[2 * count] != 0; count++) {
        unsigned int byte = 0;
        CHECK(sscanf(text + 2 * count, "%2x", &byte) == 1);
        out[count] = (uint8_t)byte;
    }
    return count;
}

static void expect_hex(const uint8_t *bytes, uint32_t count, const char *text) {
    uint8_t wanted[256];
    CHECK(unhex(text, wanted) == count);
    CHECK(memcmp(bytes, wanted, count) == 0);
}

/* RFC 3711 B.3 */
static void check_derivation(void) {
    uint8_t key[16], salt[14], out[20];

    unhex("e1f97a0d3e018be0d64fa32c06de4139", key);
    unhex("0ec675ad498afeebb6960b3aabe6", salt);
    CHECK(bv_srtp_derive(key, salt, 0, out, 16) == 0);
    expect_hex(out, 16, "c61e7a93744f39ee10734afe3ff7a087");
    CHECK(bv_srtp_derive(key, salt, 2, out, 14) == 0);
    expect_hex(out, 14, "30cbbc08863d8c85d49db34a9ae1");
    CHECK(bv_srtp_derive(key, salt, 1, out, 20) == 0);
    expect_hex(out, 20, "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
    CHECK(bv_srtp_derive(key, salt, 1, out, 33) == -EIO);
}

/* RFC 3711 B.2: the key stream is what zeros become. */
static void check_counter_mode(void) {
    bv_srtp_cipher cipher = {.context = EVP_CIPHER_CTX_new()};
    uint8_t key[16], packet[12 + 48 + 10] = {0};
    static const uint8_t zeros[48];

    unhex("2b7e151628aed2a6abf7158809cf4f3c", key);
    unhex("f0f1f2f3f4f5f6f7f8f9fafbfcfd", cipher.salt);
    CHECK(EVP_CipherInit_ex(cipher.context, EVP_aes_128_ctr(), NULL, key, NULL, 1) == 1);
    SHA1_Init(&cipher.inner);
    SHA1_Init(&cipher.outer);
    CHECK(bv_srtp_protect(&cipher, packet, 12, zeros, sizeof zeros, 0) == sizeof packet);
    expect_hex(packet + 12, 48, "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
    bv_srtp_close(&cipher);
}

/* RFC 2202 §3, test case 1, cut to 80 bits: the key's pads as bv_srtp_open hashes them. */
static void check_hmac(void) {
    bv_srtp_cipher cipher = {0};
    uint8_t pad[64], tag[10];

    memset(pad, 0x36, sizeof pad);
    for (int i = 0; i < 20; i++) pad[i] ^= 0x0b;
    SHA1_Init(&cipher.inner);
    SHA1_Update(&cipher.inner, pad, sizeof pad);
    for (int i = 0; i < 64; i++) pad[i] ^= 0x36 ^ 0x5c;
    SHA1_Init(&cipher.outer);
    SHA1_Update(&cipher.outer, pad, sizeof pad);
    bv_srtp_sha1_tag(&cipher, (const uint8_t *)"Hi ", 3, (const uint8_t *)"There", 5, tag);
    expect_hex(tag, 10, "b617318655057264e28b");
}

static bv_srtp_cipher gcm_cipher(void) {
    bv_srtp_cipher cipher = {.context = EVP_CIPHER_CTX_new(), .gcm = true};
    uint8_t key[16];

    unhex("000102030405060708090a0b0c0d0e0f", key);
    unhex("517569642070726f2071756f", cipher.salt);
    CHECK(EVP_CipherInit_ex(cipher.context, EVP_aes_128_gcm(), NULL, key, NULL, 1) == 1);
    return cipher;
}

/* RFC 7714 §16.1 and §17.1 */
static void check_gcm(void) {
    bv_srtp_cipher cipher = gcm_cipher();
    bv_srtcp_replay replay = {0};
    uint8_t packet[128], plain[128], opened[128];

    unhex("8040f17b8041f8d35501a0b2", packet);
    const uint32_t bytes = unhex("47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573", plain);
    CHECK(bv_srtp_protect(&cipher, packet, 12, plain, bytes, 0xf17b) == 66);
    expect_hex(packet, 66,
               "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce");
    const uint32_t compound =
        unhex("81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", plain);
    CHECK(bv_srtcp_seal(&cipher, plain, compound, 0x5d4, packet) == (int)compound + 20);
    expect_hex(packet, compound + 20,
               "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf872"
               "45d9eade800005d4");
    for (uint32_t i = 0; i < compound + 20; i++) {
        packet[i] ^= 1;
        CHECK(bv_srtcp_unseal(&cipher, &replay, packet, compound + 20, opened) == -EBADMSG);
        packet[i] ^= 1;
    }
    CHECK(bv_srtcp_unseal(&cipher, &replay, packet, compound + 20, opened) == (int)compound);
    CHECK(memcmp(opened, plain, compound) == 0);
    CHECK(bv_srtcp_unseal(&cipher, &replay, packet, compound + 20, opened) == -EALREADY);
    bv_srtp_close(&cipher);
}

void check_vectors(void) {
    check_derivation();
    check_counter_mode();
    check_hmac();
    check_gcm();
}

/* Three times over 65535, packet by packet; every one is authentic under its own rollover counter, and those before the edge come again after it. */
void check_rollover(uint32_t profile) {
    static stream stream;
    static peer peer;
    static uint8_t out[BLOCK_BYTES * 2];
    bv_secure_egress *egress = create();
    bv_secure_viewer parameters = parameters_of(profile, 3, false);

    parameters.first_sequence = BV_MAX_FIRST_SEQUENCE;
    peer_open(&peer, &parameters);
    const int id = add(egress, &parameters);
    while (peer.next < 3 * 65536 + 100) {
        make_frame(&stream, 128, 3, 1);
        expect_framed(&peer, &stream, out, frame_for(egress, id, &stream, out));
        if (peer.next % 65536 < 128 && peer.next > 65536) {
            const uint16_t sequences[] = {65535, 65500, 0};
            now_us += 20000;
            const int bytes = bv_secure_egress_frame_retransmissions(egress, (uint32_t)id, sequences, 3, out, sizeof out);
            CHECK(bytes > 0 && peer_take_framed(&peer, out, (uint32_t)bytes) == 3);
            CHECK((peer.index & 0xffff) == 0);
        }
    }
    CHECK(stats_of(egress, id).next_sequence == (uint32_t)peer.next && stats_of(egress, id).retransmitted == 9);
    peer_close(&peer);
    bv_secure_egress_destroy(egress);
}
