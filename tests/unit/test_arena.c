/* Arenas: zeroed, aligned, never moved; vectors in them; sizes that do not wrap; the error that the first finder keeps. */
#include "core/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(arena, zeroed_aligned_apart)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 100, 4096, 5000, 20000, 3 << 20};
    QbArena *a = qb_arena_new();
    unsigned char *p[400];
    for (int k = 0; k < 400; k++) {
        size_t n = sizes[k % QB_COUNT(sizes)];
        p[k] = qb_arena_alloc(a, n);
        cr_assert_eq((uintptr_t)p[k] % 16, 0, "allocation %d is aligned", k);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(p[k][i], 0, "byte %zu of allocation %d", i, k);
        memset(p[k], k + 1, n);
    }
    for (int k = 0; k < 400; k++)
        for (size_t i = 0; i < sizes[k % QB_COUNT(sizes)]; i++)
            cr_assert_eq(p[k][i], (unsigned char)(k + 1), "allocation %d was written by another",
                         k);
    qb_arena_free(a);
    qb_arena_free(NULL);
}

Test(arena, texts)
{
    QbArena *a = qb_arena_new();
    cr_expect_str_eq(qb_arena_strdup(a, ""), "");
    cr_expect_str_eq(qb_arena_strdup(a, "voxel"), "voxel");
    cr_expect_str_eq(qb_arena_strndup(a, "voxel", 3), "vox");
    cr_expect_str_eq(qb_arena_strndup(a, "voxel", 99), "voxel");
    cr_expect_str_eq(qb_arena_printf(a, "%d×%s", 3, "x"), "3×x");
    char *longest = qb_arena_printf(a, "%050000d", 7);
    cr_expect_eq(strlen(longest), 50000);
    cr_expect_eq(longest[49999], '7');
    cr_expect(memcmp(qb_arena_memdup(a, "a\0b", 3), "a\0b", 3) == 0);
    qb_arena_free(a);
}

Test(arena, vectors_grow)
{
    QbArena *a = qb_arena_new();
    int64_t *v = NULL;
    int n = 0, cap = 0;
    for (int k = 0; k < 10000; k++)
        QB_PUSH(a, v, n, cap, (int64_t)k * k);
    cr_assert_eq(n, 10000);
    for (int k = 0; k < n; k++)
        cr_assert_eq(v[k], (int64_t)k * k);
    qb_arena_free(a);
}

Test(base, sizes)
{
    size_t s;
    int64_t i;
    cr_expect(qb_mul_size(1u << 20, 1u << 20, &s) && s == (size_t)1 << 40);
    cr_expect_not(qb_mul_size(SIZE_MAX / 2, 3, &s));
    cr_expect(qb_mul_i64(-3, 5, &i) && i == -15);
    cr_expect_not(qb_mul_i64(INT64_MAX / 2, 3, &i));
    cr_expect_eq(qb_round_up(0, 64), 0u);
    cr_expect_eq(qb_round_up(1, 64), 64u);
    cr_expect_eq(qb_round_up(64, 64), 64u);
    cr_expect_eq(qb_clamp64(5, 7, 9), 7);
    cr_expect_eq(qb_clamp64(11, 7, 9), 9);
}

Test(base, first_error_stays)
{
    QbErr err = {0};
    cr_expect_not(qb_err_set(&err, "cannot open '%s'", "a.tif"));
    cr_expect_not(qb_err_set(&err, "something else"));
    cr_expect_str_eq(err.text, "cannot open 'a.tif'");
    cr_expect_eq(err.status, 1);
    QbErr interrupted = {.status = 130};
    qb_err_set(&interrupted, "interrupted");
    cr_expect_eq(interrupted.status, 130);
    cr_expect_not(qb_err_set(NULL, "nobody asks"));
}
