/* A row of every third pixel, each the mean of 3 × 3: 1080 lines to 360, the usual main and sub stream. */
#include "scale-third.h"

#define NINTH 7282u /* of 2^16 */

static void portable(const uint8_t *restrict in, uint32_t stride, uint8_t *restrict out, uint32_t from, uint32_t width)
{
    const uint8_t *a = in, *b = in + stride, *c = in + 2 * (size_t)stride;

    for (uint32_t x = from; x < width; x++) {
        const uint32_t i = 3 * x;
        const uint32_t sum = (uint32_t)(a[i] + a[i + 1] + a[i + 2] + b[i] + b[i + 1] + b[i + 2] + c[i] + c[i + 1] + c[i + 2]);
        out[x] = (uint8_t)((sum + 4) * NINTH >> 16);
    }
}

#ifdef __x86_64__
#include <immintrin.h>

#define OUTPUTS 16u     /* of one step */
#define BLOCK_OUTPUTS 4u
#define BLOCK_BYTES 12u /* that four outputs need; 16 are loaded */

/* Sums of 3 × 3 for four outputs, 32 bits each: triples are spread to four bytes and added up in pairs. */
__attribute__((target("ssse3"))) static inline __m128i block(const uint8_t *in, uint32_t stride)
{
    const __m128i spread = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const __m128i ones = _mm_set1_epi8(1);
    __m128i sum = _mm_setzero_si128();

    for (uint32_t row = 0; row < 3; row++) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(in + (size_t)row * stride));
        sum = _mm_add_epi16(sum, _mm_maddubs_epi16(_mm_shuffle_epi8(bytes, spread), ones));
    }
    return _mm_madd_epi16(sum, _mm_set1_epi16(1));
}

__attribute__((target("ssse3"))) static inline __m128i eight(const uint8_t *in, uint32_t stride)
{
    const __m128i sums = _mm_packs_epi32(block(in, stride), block(in + BLOCK_BYTES, stride));
    return _mm_mulhi_epu16(_mm_add_epi16(sums, _mm_set1_epi16(4)), _mm_set1_epi16(NINTH));
}

/*
 * Fetches the next three rows meanwhile: the encoder has driven the picture out of the near caches, and rows end before the
 * processor's own prefetching has got going. Returns how many outputs it made; the last ones are left, because a load reaches four bytes beyond what it needs.
 */
__attribute__((target("ssse3"))) static uint32_t vectorised(const uint8_t *in, uint32_t stride, uint8_t *out, uint32_t width)
{
    uint32_t x = 0;

    for (; x + OUTPUTS + BLOCK_OUTPUTS <= width; x += OUTPUTS) {
        const uint8_t *begin = in + 3 * (size_t)x;
        for (uint32_t row = 3; row < 6; row++)
            _mm_prefetch((const char *)((uintptr_t)begin + (size_t)row * stride), _MM_HINT_T0);
        const __m128i means = _mm_packus_epi16(eight(begin, stride), eight(begin + 2 * BLOCK_BYTES, stride));
        _mm_storeu_si128((__m128i *)(out + x), means);
    }
    return x;
}

void bv_scale_third_row(const uint8_t *in, uint32_t stride, uint8_t *out, uint32_t width)
{
    const uint32_t done = __builtin_cpu_supports("ssse3") ? vectorised(in, stride, out, width) : 0;
    portable(in, stride, out, done, width);
}
#else
void bv_scale_third_row(const uint8_t *in, uint32_t stride, uint8_t *out, uint32_t width)
{
    portable(in, stride, out, 0, width);
}
#endif
