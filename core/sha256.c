/* SHA-256 (FIPS 180-4), of texts that go into reports and of the bytes of images: with the processor's own instructions where
 * it has them. Knows nothing of what it is taken of. */
#include "core/sha256.h"

#include <stdio.h>
#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t v, int by)
{
    return v >> by | v << (32 - by);
}

static void schedule(const uint8_t *block, uint32_t w[64])
{
    for (int k = 0; k < 16; k++) {
        const uint8_t *b = block + 4 * k;
        w[k] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    for (int k = 16; k < 64; k++) {
        uint32_t s0 = rotate(w[k - 15], 7) ^ rotate(w[k - 15], 18) ^ w[k - 15] >> 3;
        uint32_t s1 = rotate(w[k - 2], 17) ^ rotate(w[k - 2], 19) ^ w[k - 2] >> 10;
        w[k] = w[k - 16] + s0 + w[k - 7] + s1;
    }
}

static void add_block_plain(uint32_t h[8], const uint8_t *block)
{
    uint32_t w[64], v[8];
    schedule(block, w);
    memcpy(v, h, sizeof(v));
    for (int k = 0; k < 64; k++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choice + round_constants[k] + w[k];
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += t1;
        v[0] = t1 + s0 + majority;
    }
    for (int k = 0; k < 8; k++)
        h[k] += v[k];
}

#ifdef __x86_64__
/* Intel's order of the state: ABEF and CDGH, four rounds at a time. */
__attribute__((target("sha,sse4.1,ssse3"))) static void add_blocks_sha(uint32_t h[8],
                                                                       const uint8_t *p, size_t n)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i t = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)h), 0xB1);
    __m128i cdgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(h + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(t, cdgh, 8);
    cdgh = _mm_blend_epi16(cdgh, t, 0xF0);
    for (; n > 0; n--, p += 64) {
        __m128i w[4], abef_before = abef, cdgh_before = cdgh;
        for (int k = 0; k < 4; k++)
            w[k] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * k)), swap);
#pragma GCC unroll 16
        for (int k = 0; k < 16; k++) {
            __m128i m = _mm_add_epi32(w[k & 3],
                                      _mm_loadu_si128((const __m128i *)(round_constants + 4 * k)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, m);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(m, 0x0E));
            if (k >= 12)
                continue;
            __m128i next = _mm_sha256msg1_epu32(w[k & 3], w[(k + 1) & 3]);
            next = _mm_add_epi32(next, _mm_alignr_epi8(w[(k + 3) & 3], w[(k + 2) & 3], 4));
            w[k & 3] = _mm_sha256msg2_epu32(next, w[(k + 3) & 3]);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    t = _mm_shuffle_epi32(abef, 0x1B);
    cdgh = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)h, _mm_blend_epi16(t, cdgh, 0xF0));
    _mm_storeu_si128((__m128i *)(h + 4), _mm_alignr_epi8(cdgh, t, 8));
}

static bool has_sha(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1) &&
           __builtin_cpu_supports("sse4.1");
}
#endif

static void add_blocks(const QbSha256 *s, uint32_t h[8], const uint8_t *p, size_t n)
{
#ifdef __x86_64__
    if (s->fast) {
        add_blocks_sha(h, p, n);
        return;
    }
#endif
    (void)s;
    for (; n > 0; n--, p += 64)
        add_block_plain(h, p);
}

void qb_sha256_start(QbSha256 *s)
{
    *s = (QbSha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                          0x1f83d9ab, 0x5be0cd19}};
#ifdef __x86_64__
    s->fast = has_sha();
#endif
}

void qb_sha256_add(QbSha256 *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    s->n += n;
    if (s->held) {
        size_t more = n < 64 - s->held ? n : 64 - s->held;
        memcpy(s->tail + s->held, p, more);
        s->held += more;
        p += more;
        n -= more;
        if (s->held < 64)
            return;
        add_blocks(s, s->h, s->tail, 1);
    }
    add_blocks(s, s->h, p, n / 64);
    s->held = n % 64;
    if (s->held)
        memcpy(s->tail, p + n - s->held, s->held);
}

void qb_sha256_end(QbSha256 *s, char hex[65])
{
    uint64_t bits = s->n * 8;
    static const uint8_t padding[64] = {0x80};
    uint8_t length[8];
    qb_sha256_add(s, padding, 1 + (119 - s->held) % 64);
    for (int k = 0; k < 8; k++)
        length[k] = (uint8_t)(bits >> (56 - 8 * k));
    qb_sha256_add(s, length, 8);
    for (int k = 0; k < 8; k++)
        snprintf(hex + 8 * k, 9, "%08x", s->h[k]);
}

void qb_sha256_hex(const void *bytes, size_t n, char hex[65])
{
    QbSha256 s;
    qb_sha256_start(&s);
    if (n)
        qb_sha256_add(&s, bytes, n);
    qb_sha256_end(&s, hex);
}
