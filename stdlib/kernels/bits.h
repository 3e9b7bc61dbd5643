/* Bits of a word. */
#ifndef QB_STDLIB_BITS_H
#define QB_STDLIB_BITS_H

#include <stdint.h>

/* How many are set. */
static inline uint32_t qb_count_bits(uint64_t v)
{
#ifdef __POPCNT__
    return (uint32_t)__builtin_popcountll(v);
#else /* the compiler would call a function */
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(v * UINT64_C(0x0101010101010101) >> 56);
#endif
}

#endif
