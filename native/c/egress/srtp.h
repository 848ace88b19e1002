/* SRTP and SRTCP (RFC 3711, RFC 7714): keys, protection, replay. Knows nothing of viewers or sockets. Internal. */
#ifndef BV_SRTP_H
#define BV_SRTP_H

/* HMAC-SHA1 by the functions that OpenSSL 3 calls old: its new ones allocate memory for every packet. */
#define OPENSSL_API_COMPAT 10101
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>

#include "../../include/shim.h"

#define BV_SRTP_KEY_BYTES 16u
#define BV_SRTP_SALT_BYTES 14u
#define BV_SRTP_AUTH_KEY_BYTES 20u
#define BV_SRTP_GCM_TAG_BYTES 16u
#define BV_SRTP_SHA1_TAG_BYTES 10u
#define BV_SRTCP_INDEX_BYTES 4u        /* E flag and index behind an SRTCP packet */
#define BV_SRTCP_HEADER_BYTES 8u       /* in the clear: the first RTCP header and its SSRC */
#define BV_SRTCP_MAX_INDEX 0x7fffffffu /* RFC 3711 §3.2.1 */
#define BV_SRTP_MAX_INDEX 0xffffffffffffu /* 48 bits */
#define BV_RTP_HEADER_BYTES 12u

/* Session keys of one direction, of RTP or of RTCP; only the IV changes from packet to packet. */
typedef struct {
    EVP_CIPHER_CTX *context;
    bool gcm;
    uint8_t salt[BV_SRTP_SALT_BYTES];
    SHA_CTX inner; /* that have hashed the two pads of HMAC-SHA1's key; without meaning for GCM */
    SHA_CTX outer;
} bv_srtp_cipher;

/* What the packets are that a cipher's keys are derived for: the first of three labels (RFC 3711 §4.3.1). */
#define BV_SRTP_LABEL_RTP 0u
#define BV_SRTP_LABEL_RTCP 3u

/* Sources whose SRTCP is told apart; browsers use one or two. */
#define BV_SRTCP_MAX_SOURCES 16u

typedef struct {
    uint32_t ssrc;
    uint32_t newest; /* index */
    uint64_t seen;   /* bit n: newest - n was taken */
} bv_srtcp_source;

typedef struct {
    bv_srtcp_source sources[BV_SRTCP_MAX_SOURCES];
    uint32_t count;
} bv_srtcp_replay;

/* Writes `bytes` (at most 32) of the session key with this label (RFC 3711 §4.3, AES-CM, key derivation rate 0). 0 or -EIO. */
int bv_srtp_derive(const uint8_t *master_key, const uint8_t *master_salt, uint8_t label, uint8_t *out, size_t bytes);
/* Of a 12-byte salt (GCM) the last two bytes of `master_salt` are ignored. 0, -ENOMEM or -EIO. */
int bv_srtp_open(bv_srtp_cipher *cipher, uint32_t profile, const uint8_t *master_key, const uint8_t *master_salt, uint8_t first_label);
/* Wipes the keys. */
void bv_srtp_close(bv_srtp_cipher *cipher);
/* Bytes that protection adds to an RTP packet. */
size_t bv_srtp_tag_bytes(const bv_srtp_cipher *cipher);
/* Protects a packet whose header stands at `packet`; `payload` may be the place behind it. `index` is 48 bits. Bytes in all or -EIO. */
int bv_srtp_protect(bv_srtp_cipher *cipher, uint8_t *packet, size_t header_bytes, const uint8_t *payload, size_t payload_bytes, uint64_t index);

/* Writes packet, tag and index to `out`, which has room for 20 bytes more than `packet`. `index` is 31 bits. Bytes in all or -EIO. */
int bv_srtcp_seal(bv_srtp_cipher *cipher, const uint8_t *packet, size_t bytes, uint32_t index, uint8_t *out);
/* The reverse; also checks `replay` and notes the packet there. `out` has room for `bytes`. Bytes, -EBADMSG, -EALREADY, -ENOSPC or -EIO. */
int bv_srtcp_unseal(bv_srtp_cipher *cipher, bv_srtcp_replay *replay, const uint8_t *packet, size_t bytes, uint8_t *out);

/* The 10 bytes of HMAC-SHA1 over two pieces. */
void bv_srtp_sha1_tag(const bv_srtp_cipher *cipher, const uint8_t *first, size_t first_bytes, const uint8_t *second, size_t second_bytes, uint8_t *tag);

static inline void bv_put16(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static inline void bv_put32(uint8_t *out, uint32_t value)
{
    bv_put16(out, value >> 16);
    bv_put16(out + 2, value);
}

static inline uint32_t bv_get16(const uint8_t *in)
{
    return (uint32_t)in[0] << 8 | in[1];
}

static inline uint32_t bv_get32(const uint8_t *in)
{
    return bv_get16(in) << 16 | bv_get16(in + 2);
}

#endif
