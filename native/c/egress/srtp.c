/* SRTP: session keys, and the protection of RTP packets. */
#include "srtp.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#define HMAC_BLOCK_BYTES 64u
#define INNER_PAD 0x36u
#define OUTER_PAD 0x5cu
#define BLOCK_BYTES 16u
#define MAX_DERIVED_BYTES 32u

/* offsets from the first label of a direction (RFC 3711 §4.3.1) */
#define LABEL_CIPHER 0u
#define LABEL_AUTHENTICATION 1u
#define LABEL_SALT 2u

int bv_srtp_derive(const uint8_t *master_key, const uint8_t *master_salt, uint8_t label, uint8_t *out, size_t bytes)
{
    static const uint8_t zeros[MAX_DERIVED_BYTES];
    uint8_t iv[BLOCK_BYTES] = {0};
    int written = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (context == NULL)
        return -ENOMEM;
    memcpy(iv, master_salt, BV_SRTP_SALT_BYTES);
    iv[7] ^= label; /* the label stands above the 48 bits of an index that is 0 */
    const bool done = bytes <= MAX_DERIVED_BYTES && EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, master_key, iv) == 1 &&
                      EVP_EncryptUpdate(context, out, &written, zeros, (int)bytes) == 1;
    EVP_CIPHER_CTX_free(context);
    OPENSSL_cleanse(iv, sizeof iv);
    return done && (size_t)written == bytes ? 0 : -EIO;
}

static int open_authentication(bv_srtp_cipher *cipher, const uint8_t *master_key, const uint8_t *salt, uint8_t first_label)
{
    uint8_t key[HMAC_BLOCK_BYTES] = {0};
    const int result = bv_srtp_derive(master_key, salt, first_label + LABEL_AUTHENTICATION, key, BV_SRTP_AUTH_KEY_BYTES);

    for (size_t i = 0; i < sizeof key; i++)
        key[i] ^= INNER_PAD;
    SHA1_Init(&cipher->inner);
    SHA1_Update(&cipher->inner, key, sizeof key);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] ^= INNER_PAD ^ OUTER_PAD;
    SHA1_Init(&cipher->outer);
    SHA1_Update(&cipher->outer, key, sizeof key);
    OPENSSL_cleanse(key, sizeof key);
    return result;
}

int bv_srtp_open(bv_srtp_cipher *cipher, uint32_t profile, const uint8_t *master_key, const uint8_t *master_salt, uint8_t first_label)
{
    uint8_t salt[BV_SRTP_SALT_BYTES];
    uint8_t key[BV_SRTP_KEY_BYTES];
    int result = 0;

    *cipher = (bv_srtp_cipher){.gcm = profile == BV_SRTP_AEAD_AES_128_GCM};
    /* No openssl.cnf: it could name code to load. No exit handler: the library's threads may still run. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
    memcpy(salt, master_salt, sizeof salt);
    if (cipher->gcm)
        memset(salt + 12, 0, 2); /* RFC 7714 §11 */
    cipher->context = EVP_CIPHER_CTX_new();
    if (cipher->context == NULL)
        result = -ENOMEM;
    if (result == 0)
        result = bv_srtp_derive(master_key, salt, first_label + LABEL_CIPHER, key, sizeof key);
    if (result == 0)
        result = bv_srtp_derive(master_key, salt, first_label + LABEL_SALT, cipher->salt, cipher->gcm ? 12 : BV_SRTP_SALT_BYTES);
    if (result == 0 && !cipher->gcm)
        result = open_authentication(cipher, master_key, salt, first_label);
    if (result == 0 && EVP_CipherInit_ex(cipher->context, cipher->gcm ? EVP_aes_128_gcm() : EVP_aes_128_ctr(), NULL, key, NULL, 1) != 1)
        result = -EIO;
    OPENSSL_cleanse(salt, sizeof salt);
    OPENSSL_cleanse(key, sizeof key);
    if (result < 0)
        bv_srtp_close(cipher);
    return result;
}

void bv_srtp_close(bv_srtp_cipher *cipher)
{
    EVP_CIPHER_CTX_free(cipher->context);
    OPENSSL_cleanse(cipher, sizeof *cipher);
}

size_t bv_srtp_tag_bytes(const bv_srtp_cipher *cipher)
{
    return cipher->gcm ? BV_SRTP_GCM_TAG_BYTES : BV_SRTP_SHA1_TAG_BYTES;
}

void bv_srtp_sha1_tag(const bv_srtp_cipher *cipher, const uint8_t *first, size_t first_bytes, const uint8_t *second, size_t second_bytes, uint8_t *tag)
{
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA_CTX hash = cipher->inner;

    SHA1_Update(&hash, first, first_bytes);
    SHA1_Update(&hash, second, second_bytes);
    SHA1_Final(digest, &hash);
    hash = cipher->outer;
    SHA1_Update(&hash, digest, sizeof digest);
    SHA1_Final(digest, &hash);
    memcpy(tag, digest, BV_SRTP_SHA1_TAG_BYTES);
}

/* RFC 7714 §8.1 */
static int protect_gcm(bv_srtp_cipher *cipher, uint8_t *packet, size_t header_bytes, const uint8_t *payload, size_t payload_bytes, uint64_t index)
{
    uint8_t iv[12] = {0};
    uint8_t *encrypted = packet + header_bytes;
    int written = 0;

    memcpy(iv + 2, packet + 8, 4); /* SSRC */
    bv_put32(iv + 6, (uint32_t)(index >> 16));
    bv_put16(iv + 10, (uint32_t)index);
    for (size_t i = 0; i < sizeof iv; i++)
        iv[i] ^= cipher->salt[i];
    if (EVP_EncryptInit_ex(cipher->context, NULL, NULL, NULL, iv) != 1 ||
        EVP_EncryptUpdate(cipher->context, NULL, &written, packet, (int)header_bytes) != 1 ||
        EVP_EncryptUpdate(cipher->context, encrypted, &written, payload, (int)payload_bytes) != 1 ||
        EVP_EncryptFinal_ex(cipher->context, encrypted + payload_bytes, &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_GET_TAG, BV_SRTP_GCM_TAG_BYTES, encrypted + payload_bytes) != 1) {
        return -EIO;
    }
    return (int)(header_bytes + payload_bytes + BV_SRTP_GCM_TAG_BYTES);
}

/* RFC 3711 §4.1.1 and §4.2 */
static int protect_sha1(bv_srtp_cipher *cipher, uint8_t *packet, size_t header_bytes, const uint8_t *payload, size_t payload_bytes, uint64_t index)
{
    uint8_t iv[BLOCK_BYTES] = {0};
    uint8_t rollover[4];
    uint8_t *encrypted = packet + header_bytes;
    int written = 0;

    memcpy(iv + 4, packet + 8, 4); /* SSRC */
    bv_put32(iv + 8, (uint32_t)(index >> 16));
    bv_put16(iv + 12, (uint32_t)index);
    for (size_t i = 0; i < BV_SRTP_SALT_BYTES; i++)
        iv[i] ^= cipher->salt[i];
    if (EVP_EncryptInit_ex(cipher->context, NULL, NULL, NULL, iv) != 1 ||
        EVP_EncryptUpdate(cipher->context, encrypted, &written, payload, (int)payload_bytes) != 1) {
        return -EIO;
    }
    bv_put32(rollover, (uint32_t)(index >> 16));
    bv_srtp_sha1_tag(cipher, packet, header_bytes + payload_bytes, rollover, sizeof rollover, encrypted + payload_bytes);
    return (int)(header_bytes + payload_bytes + BV_SRTP_SHA1_TAG_BYTES);
}

int bv_srtp_protect(bv_srtp_cipher *cipher, uint8_t *packet, size_t header_bytes, const uint8_t *payload, size_t payload_bytes, uint64_t index)
{
    return cipher->gcm ? protect_gcm(cipher, packet, header_bytes, payload, payload_bytes, index)
                       : protect_sha1(cipher, packet, header_bytes, payload, payload_bytes, index);
}
