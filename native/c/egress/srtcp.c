/* SRTCP: protection of compound packets, the reverse, and the memory of what was taken already. */
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "srtp.h"

#define ENCRYPTED 0x80000000u /* E flag */
#define REPLAY_WINDOW 64u     /* RFC 3711 §3.3.2 */
#define MAX_SRTCP_BYTES 65535u

/* The IV of a packet: RFC 7714 §9.1, RFC 3711 §4.1.1. 16 bytes; GCM uses 12. */
static void set_iv(const bv_srtp_cipher *cipher, const uint8_t *packet, uint32_t index, uint8_t *iv)
{
    memset(iv, 0, 16);
    if (cipher->gcm) {
        memcpy(iv + 2, packet + 4, 4); /* SSRC */
        bv_put32(iv + 8, index);
    } else {
        memcpy(iv + 4, packet + 4, 4);
        bv_put16(iv + 10, index >> 16);
        bv_put16(iv + 12, index);
    }
    for (size_t i = 0; i < BV_SRTP_SALT_BYTES; i++)
        iv[i] ^= cipher->salt[i];
}

/* Header and the word with the E flag and the index are authenticated in this order. */
static bool authenticate_header(bv_srtp_cipher *cipher, const uint8_t *header, const uint8_t *word)
{
    uint8_t data[BV_SRTCP_HEADER_BYTES + BV_SRTCP_INDEX_BYTES];
    int written = 0;

    memcpy(data, header, BV_SRTCP_HEADER_BYTES);
    memcpy(data + BV_SRTCP_HEADER_BYTES, word, BV_SRTCP_INDEX_BYTES);
    return EVP_CipherUpdate(cipher->context, NULL, &written, data, sizeof data) == 1;
}

int bv_srtcp_seal(bv_srtp_cipher *cipher, const uint8_t *packet, size_t bytes, uint32_t index, uint8_t *out)
{
    const int body = (int)(bytes - BV_SRTCP_HEADER_BYTES);
    uint8_t iv[16];
    uint8_t word[BV_SRTCP_INDEX_BYTES];
    int written = 0;

    set_iv(cipher, packet, index, iv);
    bv_put32(word, ENCRYPTED | index);
    if (EVP_CipherInit_ex(cipher->context, NULL, NULL, NULL, iv, 1) != 1)
        return -EIO;
    if (cipher->gcm && !authenticate_header(cipher, packet, word))
        return -EIO;
    memmove(out, packet, BV_SRTCP_HEADER_BYTES);
    if (body > 0 && EVP_CipherUpdate(cipher->context, out + BV_SRTCP_HEADER_BYTES, &written, packet + BV_SRTCP_HEADER_BYTES, body) != 1)
        return -EIO;
    if (!cipher->gcm) { /* the tag comes last and covers the word */
        memcpy(out + bytes, word, sizeof word);
        bv_srtp_sha1_tag(cipher, out, bytes, word, sizeof word, out + bytes + sizeof word);
        return (int)(bytes + sizeof word + BV_SRTP_SHA1_TAG_BYTES);
    }
    if (EVP_CipherFinal_ex(cipher->context, out + bytes, &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_GET_TAG, BV_SRTP_GCM_TAG_BYTES, out + bytes) != 1) {
        return -EIO;
    }
    memcpy(out + bytes + BV_SRTP_GCM_TAG_BYTES, word, sizeof word);
    return (int)(bytes + BV_SRTP_GCM_TAG_BYTES + sizeof word);
}

static bv_srtcp_source *find_source(bv_srtcp_replay *replay, uint32_t ssrc)
{
    for (uint32_t i = 0; i < replay->count; i++) {
        if (replay->sources[i].ssrc == ssrc)
            return &replay->sources[i];
    }
    return NULL;
}

static bool is_replay(const bv_srtcp_source *source, uint32_t index)
{
    if (source == NULL || index > source->newest)
        return false;
    const uint32_t age = source->newest - index;
    return age >= REPLAY_WINDOW || (source->seen >> age & 1) != 0;
}

/* To be told of authentic packets only. */
static void remember(bv_srtcp_replay *replay, bv_srtcp_source *source, uint32_t ssrc, uint32_t index)
{
    if (source == NULL) {
        replay->sources[replay->count++] = (bv_srtcp_source){.ssrc = ssrc, .newest = index, .seen = 1};
    } else if (index > source->newest) {
        const uint32_t step = index - source->newest;
        source->seen = step >= REPLAY_WINDOW ? 1 : source->seen << step | 1;
        source->newest = index;
    } else {
        source->seen |= (uint64_t)1 << (source->newest - index);
    }
}

static int unseal_gcm(bv_srtp_cipher *cipher, const uint8_t *packet, size_t bytes, const uint8_t *iv, const uint8_t *word, uint8_t *out)
{
    const int body = (int)(bytes - BV_SRTCP_HEADER_BYTES);
    uint8_t tag[BV_SRTP_GCM_TAG_BYTES]; /* a copy: `out` may be `packet` */
    int written = 0;

    memcpy(tag, packet + bytes, sizeof tag);
    if (EVP_CipherInit_ex(cipher->context, NULL, NULL, NULL, iv, 0) != 1 || !authenticate_header(cipher, packet, word))
        return -EIO;
    if (body > 0 && EVP_CipherUpdate(cipher->context, out + BV_SRTCP_HEADER_BYTES, &written, packet + BV_SRTCP_HEADER_BYTES, body) != 1)
        return -EIO;
    if (EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) != 1)
        return -EIO;
    return EVP_CipherFinal_ex(cipher->context, out + bytes, &written) == 1 ? 0 : -EBADMSG;
}

static int unseal_sha1(bv_srtp_cipher *cipher, const uint8_t *packet, size_t bytes, const uint8_t *iv, const uint8_t *word, uint8_t *out)
{
    const int body = (int)(bytes - BV_SRTCP_HEADER_BYTES);
    uint8_t tag[BV_SRTP_SHA1_TAG_BYTES];
    int written = 0;

    bv_srtp_sha1_tag(cipher, packet, bytes, word, BV_SRTCP_INDEX_BYTES, tag);
    if (CRYPTO_memcmp(tag, packet + bytes + BV_SRTCP_INDEX_BYTES, sizeof tag) != 0)
        return -EBADMSG;
    if (EVP_CipherInit_ex(cipher->context, NULL, NULL, NULL, iv, 0) != 1)
        return -EIO;
    if (body > 0 && EVP_CipherUpdate(cipher->context, out + BV_SRTCP_HEADER_BYTES, &written, packet + BV_SRTCP_HEADER_BYTES, body) != 1)
        return -EIO;
    return 0;
}

/* What stands behind the encrypted part: tag and word (GCM), or word and tag. */
static size_t trailer_bytes(const bv_srtp_cipher *cipher)
{
    return BV_SRTCP_INDEX_BYTES + bv_srtp_tag_bytes(cipher);
}

int bv_srtcp_unseal(bv_srtp_cipher *cipher, bv_srtcp_replay *replay, const uint8_t *packet, size_t bytes, uint8_t *out)
{
    const size_t trailer = trailer_bytes(cipher);
    uint8_t iv[16];
    uint8_t word[BV_SRTCP_INDEX_BYTES];
    int result = 0;

    if (bytes < BV_SRTCP_HEADER_BYTES + trailer || bytes > MAX_SRTCP_BYTES)
        return -EBADMSG;
    /* Version 2 and an RTCP type (RFC 5761 §4): all else is SRTP, which we never asked for. */
    if (packet[0] >> 6 != 2 || packet[1] < 192 || packet[1] > 223)
        return -EBADMSG;
    const size_t plain = bytes - trailer;
    memcpy(word, packet + plain + (cipher->gcm ? BV_SRTP_GCM_TAG_BYTES : 0), sizeof word);
    const uint32_t index = bv_get32(word) & BV_SRTCP_MAX_INDEX;
    if ((bv_get32(word) & ENCRYPTED) == 0)
        return -EBADMSG; /* both profiles encrypt RTCP in DTLS-SRTP */
    const uint32_t ssrc = bv_get32(packet + 4);
    bv_srtcp_source *source = find_source(replay, ssrc);
    if (is_replay(source, index))
        return -EALREADY;
    set_iv(cipher, packet, index, iv);
    result = cipher->gcm ? unseal_gcm(cipher, packet, plain, iv, word, out) : unseal_sha1(cipher, packet, plain, iv, word, out);
    if (result < 0)
        return result;
    if (source == NULL && replay->count == BV_SRTCP_MAX_SOURCES)
        return -ENOSPC;
    remember(replay, source, ssrc, index);
    memmove(out, packet, BV_SRTCP_HEADER_BYTES);
    return (int)plain;
}
