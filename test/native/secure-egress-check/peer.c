/* The far end: opens datagrams with OpenSSL's own decryption and watches that no index ever carries two texts. */
#include "check.h"

bv_secure_viewer parameters_of(uint32_t profile, uint32_t number, bool rtx) {
    bv_secure_viewer parameters = {
        .profile = profile,
        .ssrc = 0x10000000 + number,
        .payload_type = 96,
        .first_sequence = number * 7919 % 32768,
        .has_rtx = rtx,
        .rtx_ssrc = 0x20000000 + number,
        .rtx_payload_type = 97,
        .rtx_first_sequence = number * 104729 % 32768,
        .abs_send_time_id = 2,
        .transport_sequence_id = 5,
        .mid_id = 14,
        .mid = "v",
    };
    for (uint32_t i = 0; i < 16; i++) {
        parameters.local_key[i] = (uint8_t)(number * 13 + i);
        parameters.remote_key[i] = (uint8_t)(number * 29 + i);
    }
    for (uint32_t i = 0; i < 14; i++) {
        parameters.local_salt[i] = (uint8_t)(number * 5 + i * 3);
        parameters.remote_salt[i] = (uint8_t)(number * 11 + i * 3);
    }
    bv_put32(parameters.local_key, number);
    return parameters;
}

void peer_open(peer *peer, const bv_secure_viewer *parameters) {
    const bool gcm = parameters->profile == BV_SRTP_AEAD_AES_128_GCM;
    uint8_t salt[14];

    memset(peer, 0, sizeof *peer);
    peer->parameters = *parameters;
    memcpy(salt, parameters->local_salt, sizeof salt);
    if (gcm) memset(salt + 12, 0, 2);
    CHECK(bv_srtp_derive(parameters->local_key, salt, 0, peer->key, 16) == 0);
    CHECK(bv_srtp_derive(parameters->local_key, salt, 2, peer->salt, gcm ? 12 : 14) == 0);
    CHECK(bv_srtp_open(&peer->hash, parameters->profile, parameters->local_key, parameters->local_salt, BV_SRTP_LABEL_RTP) == 0);
    peer->context = EVP_CIPHER_CTX_new();
    peer->next = parameters->first_sequence;
    peer->rtx_next = parameters->rtx_first_sequence;
    peer->seen = calloc(2 * SEEN, sizeof *peer->seen);
    CHECK(peer->context != NULL && peer->seen != NULL);
}

void peer_close(peer *peer) {
    EVP_CIPHER_CTX_free(peer->context);
    bv_srtp_close(&peer->hash);
    free(peer->seen);
}

static void decrypt_gcm(peer *peer, const uint8_t *datagram, uint32_t header_bytes, uint32_t plain_bytes) {
    uint8_t iv[12] = {0};
    int written = 0;

    memcpy(iv + 2, datagram + 8, 4);
    bv_put32(iv + 6, (uint32_t)(peer->index >> 16));
    bv_put16(iv + 10, (uint32_t)peer->index);
    for (int i = 0; i < 12; i++) iv[i] ^= peer->salt[i];
    CHECK(EVP_DecryptInit_ex(peer->context, EVP_aes_128_gcm(), NULL, peer->key, iv) == 1);
    CHECK(EVP_DecryptUpdate(peer->context, NULL, &written, datagram, (int)header_bytes) == 1);
    CHECK(EVP_DecryptUpdate(peer->context, peer->payload, &written, datagram + header_bytes, (int)plain_bytes) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(peer->context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(uintptr_t)(datagram + header_bytes + plain_bytes)) == 1);
    CHECK(EVP_DecryptFinal_ex(peer->context, peer->payload + plain_bytes, &written) == 1);
}

static void decrypt_sha1(peer *peer, const uint8_t *datagram, uint32_t header_bytes, uint32_t plain_bytes) {
    uint8_t iv[16] = {0};
    uint8_t rollover[4];
    uint8_t tag[10];
    int written = 0;

    bv_put32(rollover, (uint32_t)(peer->index >> 16));
    bv_srtp_sha1_tag(&peer->hash, datagram, header_bytes + plain_bytes, rollover, 4, tag);
    CHECK(memcmp(tag, datagram + header_bytes + plain_bytes, sizeof tag) == 0);
    memcpy(iv + 4, datagram + 8, 4);
    bv_put32(iv + 8, (uint32_t)(peer->index >> 16));
    bv_put16(iv + 12, (uint32_t)peer->index);
    for (int i = 0; i < 14; i++) iv[i] ^= peer->salt[i];
    CHECK(EVP_DecryptInit_ex(peer->context, EVP_aes_128_ctr(), NULL, peer->key, iv) == 1);
    CHECK(EVP_DecryptUpdate(peer->context, peer->payload, &written, datagram + header_bytes, (int)plain_bytes) == 1);
}

/* Reads the extensions that are asked for in the parameters; returns the bytes of the whole header. */
static uint32_t read_header(peer *peer, const uint8_t *datagram) {
    const bv_secure_viewer *parameters = &peer->parameters;
    const uint32_t words = bv_get16(datagram + 14);
    const uint8_t *at = datagram + 16;
    const uint8_t *end = at + 4 * words;
    uint32_t found = 0;

    if ((datagram[0] & 0x10) == 0) {
        CHECK(parameters->abs_send_time_id == 0 && parameters->transport_sequence_id == 0 && parameters->mid_id == 0);
        return 12;
    }
    CHECK(bv_get16(datagram + 12) == 0xbede && words > 0);
    while (at < end) {
        const uint32_t id = *at >> 4;
        const uint32_t bytes = (*at & 15u) + 1;
        if (*at++ == 0) continue;
        CHECK(at + bytes <= end);
        if (id == parameters->abs_send_time_id) {
            CHECK(bytes == 3);
            peer->send_time = bv_get16(at) << 8 | at[2];
        } else if (id == parameters->transport_sequence_id) {
            CHECK(bytes == 2);
            peer->transport_sequence = (uint16_t)bv_get16(at);
        } else {
            CHECK(id == parameters->mid_id && bytes == strlen(parameters->mid) && memcmp(at, parameters->mid, bytes) == 0);
        }
        found++;
        at += bytes;
    }
    CHECK(found == (parameters->abs_send_time_id > 0) + (parameters->transport_sequence_id > 0) + (uint32_t)(parameters->mid_id > 0));
    return 16 + 4 * words;
}

static uint32_t hash_of(const uint8_t *bytes, uint32_t count) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 16777619u;
    return hash | 1;
}

void peer_take(peer *peer, const uint8_t *datagram, uint32_t bytes) {
    const uint32_t ssrc = bv_get32(datagram + 8);
    const uint32_t payload_type = datagram[1] & 0x7f;
    const uint32_t tag_bytes = peer->parameters.profile == BV_SRTP_AEAD_AES_128_GCM ? 16 : 10;
    const uint32_t hash = hash_of(datagram, bytes);

    CHECK(bytes <= BV_MAX_SECURE_DATAGRAM && datagram[0] >> 6 == 2);
    peer->is_rtx = ssrc != peer->parameters.ssrc;
    CHECK(!peer->is_rtx || (peer->parameters.has_rtx && ssrc == peer->parameters.rtx_ssrc));
    CHECK(payload_type == (peer->is_rtx ? peer->parameters.rtx_payload_type : peer->parameters.payload_type));
    uint64_t *next = peer->is_rtx ? &peer->rtx_next : &peer->next;
    uint32_t *seen = peer->seen + (peer->is_rtx ? SEEN : 0);
    const uint16_t ahead = (uint16_t)(bv_get16(datagram + 2) - (uint16_t)*next);
    CHECK(ahead == 0 || ahead > 32768); /* none is left out */
    peer->index = ahead == 0 ? *next : *next - (65536u - ahead);
    if (ahead == 0) *next += 1;
    else CHECK(seen[peer->index % SEEN] == hash || seen[peer->index % SEEN] == 0); /* 0: it was lost */
    seen[peer->index % SEEN] = hash;
    const uint32_t header_bytes = read_header(peer, datagram);
    const uint32_t plain_bytes = bytes - header_bytes - tag_bytes;
    if (tag_bytes == 16) decrypt_gcm(peer, datagram, header_bytes, plain_bytes);
    else decrypt_sha1(peer, datagram, header_bytes, plain_bytes);
    peer->marker = datagram[1] >> 7;
    peer->timestamp = bv_get32(datagram + 4);
    peer->payload_bytes = plain_bytes;
    if (!peer->is_rtx) return;
    peer->original = bv_get16(peer->payload);
    peer->payload_bytes = plain_bytes - 2;
    memmove(peer->payload, peer->payload + 2, peer->payload_bytes);
}

uint32_t peer_take_framed(peer *peer, const uint8_t *framed, uint32_t bytes) {
    uint32_t count = 0;
    for (uint32_t at = 0; at < bytes; count++) {
        const uint32_t length = bv_get16(framed + at);
        CHECK(at + 2 + length <= bytes);
        peer_take(peer, framed + at + 2, length);
        at += 2 + length;
    }
    return count;
}

void expect_framed(peer *peer, const stream *stream, const uint8_t *framed, uint32_t bytes) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < stream->count; i++) {
        const uint32_t payload_bytes = stream->packets[2 * i + 1] - 12;
        const uint32_t length = bv_get16(framed + at);
        CHECK(at + 2 + length <= bytes);
        peer_take(peer, framed + at + 2, length);
        CHECK(!peer->is_rtx && peer->marker == (i + 1 == stream->count) && peer->payload_bytes == payload_bytes);
        CHECK(memcmp(peer->payload, stream->block + stream->packets[2 * i] + 12, payload_bytes) == 0);
        at += 2 + length;
    }
    CHECK(at == bytes);
}
